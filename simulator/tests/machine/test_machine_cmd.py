# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The language of cmd.exe and its built-in commands.

Expected return codes and ERRORLEVELs are those that Wine's tests of the commands record of Windows.
"""

from __future__ import annotations

import pytest
from appstream_simulator.windows.cmd import expansion, parser, wildcards
from appstream_simulator.windows.cmd.syntax import Simple
from hypothesis import given
from hypothesis import strategies as st
from simulated_machine import World

HOME = "C:\\Users\\installer"


def batch(world: World, *lines: str, name: str = "it.bat") -> str:
    text = "".join(f"{line}\r\n" for line in ("@echo off", *lines))
    return world.write(f"C:\\Setup\\{name}", text.encode())


def output(world: World, line: str) -> str:
    """What a line of cmd.exe /c writes, all of which must be simulated."""
    result = world.process(f"cmd /c {line}")
    assert world.journal.entries("unhandled") == []
    return result.stdout.decode()


def batch_output(world: World, *lines: str, name: str = "it.bat", arguments: str = "") -> str:
    return output(world, f"{batch(world, *lines, name=name)} {arguments}".strip())


LINES = [
    ("echo a&echo b", "a\r\nb\r\n"),
    ("echo.", "\r\n"),
    ("echo(on", "on\r\n"),
    ("echo:", "\r\n"),
    ("(echo a & echo b)", "a \r\nb\r\n"),
    ("(echo a) && (echo b) || echo c", "a\r\nb\r\n"),
    ("ver >nul & echo %ERRORLEVEL%", "0\r\n"),
    ('echo "a & b" ^& c', '"a & b" & c\r\n'),
    ("echo a ^> b", "a > b\r\n"),
    ("echo %NOSUCH% %SystemRoot%", "%NOSUCH% C:\\Windows\r\n"),
    ("echo %SystemRoot:~0,2% %SystemRoot:~-7% %SystemRoot:win=Lose%", "C: Windows C:\\Losedows\r\n"),
    ("echo %SystemRoot:*\\=X%", "XWindows\r\n"),
    ("rem nothing & echo never", ""),
    ("if 1==1 echo yes", "yes\r\n"),
    ("if 1==2 (echo yes) else echo no", "no\r\n"),
    ("if not 1==2 if /i a==A (echo both)", "both\r\n"),
    ("if 1==2 echo a & echo b", ""),
    ("if 10 gtr 9 echo more", "more\r\n"),
    ('if "a b"=="a b" echo same', "same\r\n"),
    ("if 0x10 equ 16 echo hex", "hex\r\n"),
    ("if exist C:\\Windows\\ echo there", "there\r\n"),
    ("if exist C:\\Windows\\System32\\netsh.exe echo there", "there\r\n"),
    ("if exist C:\\Windows\\System32\\cm?.exe echo there", "there\r\n"),
    ("if defined SystemRoot (echo set)", "set\r\n"),
    ("for %i in (a b,c;d) do @echo [%i]", "[a]\r\n[b]\r\n[c]\r\n[d]\r\n"),
    ("for /l %i in (3,-1,1) do @echo %i", "3\r\n2\r\n1\r\n"),
    ("for %i in (a) do echo %i", f"\r\n{HOME}>echo a \r\na\r\n"),
    ('for %i in ("C:\\a b\\c.txt") do @echo %~nxi %~dpi %~i', "c.txt C:\\a b\\ C:\\a b\\c.txt\r\n"),
    ("for /f %i in ('hostname') do @echo got", "got\r\n"),
    ('for /f "tokens=1,3 delims=," %a in ("x,y,z") do @echo %b%a', "zx\r\n"),
    ('for /f "tokens=1*" %a in ("x y  z") do @echo [%b]', "[y  z]\r\n"),
    ("for /f \"usebackq\" %i in (`echo back`) do @echo %i", "back\r\n"),
            ("set A=1", ""),
    ("set /a 7*(3+1)-0x10/2", "20"),
    ("set /a \"X=5,X<<=2,X%3\"", "2"),
    ("cd C:\\Windows & cd", "C:\\Windows\r\n"),
    ("cd /d C:\\Windows && cd ..&& cd", "C:\\\r\n"),
    ("pushd C:\\Windows & cd & popd & cd", f"C:\\Windows\r\n{HOME}\r\n"),
    ("type nul", ""),
    ("C: & echo same", "same\r\n"),
    ("\"%SystemRoot%\\System32\\hostname.exe\" >nul && echo ran", "ran\r\n"),
    ("HOSTNAME.EXE>nul&&echo ran", "ran\r\n"),
    ("echo one> C:\\Temp.txt&& type C:\\Temp.txt", "one\r\n"),
    ("(echo a&echo b)>C:\\Temp.txt & type C:\\Temp.txt", "a\r\nb\r\n"),
    (">C:\\Temp.txt echo a& type C:\\Temp.txt", "a\r\n"),
    ("echo 1>C:\\Temp.txt& type C:\\Temp.txt", "ECHO is on.\r\n"),
    ("echo x1>C:\\Temp.txt& type C:\\Temp.txt", "x1\r\n"),
    ("type C:\\gone 2>nul || echo failed", "failed\r\n"),
    ("start /wait hostname >nul & echo ok", "ok\r\n"),
    ('echo a | find /v "" & echo b', "a \r\nb\r\n"),
]  # fmt: skip


def test_lines(world: World) -> None:
    assert [(line, output(world, line)) for line, _expected in LINES] == LINES


BATCHES = [
    (["set A=x y", "echo [%A%] [%B%] %%A%% 100%%"], "[x y] [] %A% 100%\r\n"),
    (["for %%i in (1 2) do (", "  echo %%i", "  echo again", ")"], "1\r\nagain\r\n2\r\nagain\r\n"),
    (["if 1==2 (", "echo a", ") else (", "echo b", ")"], "b\r\n"),
    (["echo a ^", "b"], "a b\r\n"),
    (["goto :there", "echo never", ":there", "echo here"], "here\r\n"),
    (["call :sub one two", "echo b%1", "goto :eof", ":sub", "echo %1-%2 %0"], "one-two :sub\r\nb\r\n"),
    (["call :sub", "echo %errorlevel%", "exit /b", ":sub", "exit /b 3"], "3\r\n"),
    (["setlocal", "set A=in", "endlocal", "echo [%A%]"], "[]\r\n"),
    (["setlocal enabledelayedexpansion", "set A=1", "for %%i in (x y) do (set /a A+=1 & echo !A!)"], "2\r\n3\r\n"),
    (["set A=1", "if 1==1 (set A=2& echo %A%)", "echo %A%"], "1\r\n2\r\n"),
    (["set /a N=0", ":again", "set /a N+=1", "if %N% lss 3 goto again", "echo %N%"], "3\r\n"),
    (["echo %~n0%~x0 %~dp0 %~f0"], "it.bat C:\\Setup\\ C:\\Setup\\it.bat\r\n"),
    (["rem ^", "echo a"], "a\r\n"),
    (["::comment (", "echo a"], "a\r\n"),
    (["cd /d %~dp0", "call it2.cmd", "echo back"], "second\r\nback\r\n"),
    (["cd /d %~dp0", "it2.cmd", "echo never"], "second\r\n"),
    (["set P=/p", "set /p V=<%~dp0in.txt", "echo [%V%]"], "[line one]\r\n"),
    (["for /f \"skip=1 tokens=2 delims==\" %%v in (%~dp0in.txt) do echo %%v"], "b\r\n"),
    (["for /f \"eol=# tokens=*\" %%v in (%~dp0in.txt) do echo [%%v]"], "[line one]\r\n[a=b]\r\n"),
    (["for %%f in (%~dp0*.txt) do echo %%~nf"], "in\r\n"),
    (["for /d %%d in (C:\\Program*x86*) do echo %%d"], "C:\\Program Files (x86)\r\n"),
    (["for /r C:\\Setup %%f in (*.txt) do echo %%f"], "C:\\Setup\\in.txt\r\n"),
    (["nosuch 2>nul", "echo %errorlevel%"], "9009\r\n"),
    (["C:\\no\\such.exe 2>nul", "echo %errorlevel%"], "3\r\n"),
    (["shift", "echo %1"], "b\r\n"),
    (["echo %*"], "a b\r\n"),
]  # fmt: skip


def test_batch_files(world: World) -> None:
    world.write("C:\\Setup\\in.txt", b"line one\r\na=b\r\n#c\r\n")
    batch(world, "echo second", name="it2.cmd")
    found = []
    for lines, _expected in BATCHES:
        arguments = "a b" if "shift" in lines or "echo %*" in lines else ""
        found.append((lines, batch_output(world, *lines, arguments=arguments)))
    assert found == BATCHES


# What Windows does, as Wine's tests have it: the commands after `call :set 666`, and ERRORLEVEL behind `&&` or `||`.
CODES = [
    ("echo foo", "SUCCESS 666"),
    ("echo foo >> h:\\i\\dont\\exist.txt", "FAILURE 1"),
    ("if 1==1 echo x", "SUCCESS 666"),
    ("if 1==0 echo x", "SUCCESS 666"),
    ("if 1==1 (call :set 33)", "FAILURE 33"),
    ("for %%i in () do call :set 33", "SUCCESS 666"),
    ("for %%i in (a) do call :set 0", "SUCCESS 0"),
    ("for %%i in (a) do call :set 33", "FAILURE 33"),
    ("I\\dont\\exist.exe", "FAILURE 1"),
    ("Idontexist.exe", "FAILURE 1"),
    ('cmd.exe /c "echo foo & exit /b 1024"', "FAILURE 1024"),
    ("call Idontexist.exe", "FAILURE 1"),
    ("call .\\EB.bat 0", "SUCCESS 0"),
    ("call .\\EB.bat 1024", "FAILURE 1024"),
    ("call .\\S0.bat", "SUCCESS 0"),
    ("call .\\F2.bat", "FAILURE 2"),
    ("call .\\SEL.bat", "FAILURE 666"),
    ("call .\\GE.bat", "FAILURE 666"),
    ("call .\\GX.bat", "FAILURE 1"),
    ("call .\\FGE.bat", "FAILURE 666"),
    ("call rmdir gone.dir", "FAILURE 2"),
    ("echo a | echo b", "SUCCESS 0"),
    ("echo a | rmdir I\\dont\\exist", "FAILURE 3"),
    ("rmdir I\\dont\\exist | echo a", "SUCCESS 0"),
    ('start "" /b /wait cmd.exe /c "exit /b 1024"', "SUCCESS 1024"),
    ("type", "FAILURE 1"),
    ("type NUL", "SUCCESS 0"),
    ("type i\\dont\\exist.txt", "FAILURE 1"),
    ("type file* i\\dont\\exist.txt", "FAILURE 1"),
    ("copy fileA", "FAILURE 1"),
    ("copy fileA fileZ", "SUCCESS 0"),
    ("move fileA fileC", "SUCCESS 0"),
    ("move fileA nowhere\\fileC", "FAILURE 1"),
    ("move fileD fileE", "FAILURE 1"),
    ("rename fileB", "FAILURE 1"),
    ("rename fileB fileA", "FAILURE 1"),
    ("rename fileB nowhere\\fileB", "FAILURE 1"),
    ("rename fileD fileC", "FAILURE 1"),
    ("rename fileB fileC", "SUCCESS 0"),
    ("erase", "FAILURE 1"),
    ("erase fileA", "SUCCESS 0"),
    ("erase i\\dont\\exist.txt", "FAILURE 1"),
    ("erase *.idontexistatall", "SUCCESS 0"),
    ("c:", "SUCCESS 666"),
    ("1:", "FAILURE 1"),
    ("call c:", "SUCCESS 0"),
    ("mkdir", "FAILURE 1"),
    ("mkdir new\\one", "SUCCESS 0"),
    ("mkdir abc", "FAILURE 1"),
    ("cd abc", "SUCCESS 0"),
    ("cd gone", "FAILURE 1"),
    ("cd", "SUCCESS 0"),
    ("pushd", "SUCCESS 0"),
    ("pushd abc", "SUCCESS 0"),
    ("pushd gone", "FAILURE 1"),
    ("popd", "FAILURE 1"),
    ("dir zzz", "FAILURE 1"),
    ("dir fileA zzz", "SUCCESS 0"),
    ("dir file*", "SUCCESS 0"),
    ("rmdir", "FAILURE 1"),
    ("rmdir full", "FAILURE 145"),
    ("rmdir fileA", "FAILURE 267"),
    ("rmdir abc", "SUCCESS 666"),
    ("rmdir gone", "FAILURE 2"),
    ("rmdir gone\\gone", "FAILURE 3"),
    ("setlocal", "SUCCESS 0"),
    ("endlocal foobar", "SUCCESS 666"),
    ("date /t", "SUCCESS 0"),
    ("time /t", "SUCCESS 0"),
    ("break", "SUCCESS 666"),
    ("ver", "SUCCESS 0"),
    ("ver /f", "FAILURE 1"),
    ("verify on", "SUCCESS 0"),
    ("vol c:", "SUCCESS 0"),
    ("path", "SUCCESS 666"),
    ("set", "SUCCESS 666"),
    ("set S", "SUCCESS 666"),
    ("set /Q", "FAILURE 1"),
    ("set ThisVariableDoesntExist", "FAILURE 1"),
    ("shift /abc", "FAILURE 1"),
    ("prompt", "SUCCESS 666"),
    ("title a new title", "SUCCESS 666"),
]


BATCH_FILES = {
    "EB": ["exit /b %1"],
    "S0": ["type NUL"],
    "F2": ["rmdir gone.dir"],
    "SEL": ["rmdir gone.dir", "title foo"],
    "GE": ["goto :EOF"],
    "GX": ["goto :end"],
    "FGE": ["rmdir gone.dir", "goto :EOF"],
}


def return_code(world: World, command: str) -> str:
    """How a command ends in a batch file, in a directory with a few files."""
    if world.machine.disk.exists("C:\\Setup"):
        world.machine.disk.remove("C:\\Setup")
    for name in ("fileA", "fileB", "full\\x", "abc\\x"):
        world.write(f"C:\\Setup\\{name}", b"a\r\n")
    world.machine.disk.remove("C:\\Setup\\abc\\x")
    for name, lines in BATCH_FILES.items():
        batch(world, *lines, name=f"{name}.bat")
    found = batch_output(
        world,
        "setlocal enabledelayedexpansion",
        "setlocal",
        "cd /d %~dp0",
        f"call :set 666 & (({command}) 2>nul &&echo SUCCESS !errorlevel!||echo FAILURE !errorlevel!)",
        "goto :eof",
        ":set",
        "exit /b %1",
    )
    return found.splitlines()[-1]


def test_return_codes_of_windows(world: World) -> None:
    assert {command: return_code(world, command) for command, _expected in CODES} == dict(CODES)


@pytest.mark.parametrize("command", ["rmdir", "rmdir full", "rmdir gone", "popd", "echo x > h:\\gone\\x"])
def test_failures_that_leave_errorlevel_alone(world: World, command: str) -> None:
    world.write("C:\\Setup\\full\\x")
    assert batch_output(world, "cd /d %~dp0", f"{command} 2>nul", "echo %errorlevel%") == "0\r\n"


def test_a_cmd_file_resets_errorlevel_where_a_bat_file_does_not(world: World) -> None:
    lines = ["cmd /c exit 5", "set A=1", "echo %errorlevel%"]
    assert batch_output(world, *lines) == "5\r\n"
    assert batch_output(world, *lines, name="it.cmd") == "0\r\n"


def test_files_are_copied_moved_renamed_listed_and_deleted(world: World) -> None:
    disk = world.machine.disk
    for name in ("one.txt", "two.txt", "three.log"):
        world.write(f"C:\\Data\\{name}", name.encode())
    disk.make_directories("C:\\Target")
    assert output(world, "copy C:\\Data\\*.txt C:\\Target") == (
        "C:\\Data\\one.txt\r\nC:\\Data\\two.txt\r\n        2 file(s) copied.\r\n"
    )
    assert output(world, "copy /b C:\\Data\\one.txt + C:\\Data\\two.txt C:\\Target\\both").endswith(
        "1 file(s) copied.\r\n"
    )
    assert disk.read("C:\\Target\\both") == b"one.txttwo.txt"
    assert output(world, "move /y C:\\Data\\three.log C:\\Target\\moved.log") == "        1 file(s) moved.\r\n"
    assert output(world, "ren C:\\Target\\moved.log renamed.log") == ""
    assert output(world, "dir /b C:\\Target") == "both\r\none.txt\r\nrenamed.log\r\ntwo.txt\r\n"
    assert output(world, "dir /s /b C:\\Data") == "C:\\Data\\one.txt\r\nC:\\Data\\two.txt\r\n"
    assert output(world, "move C:\\Data C:\\Moved") == "        1 dir(s) moved.\r\n"
    assert output(world, "del /q C:\\Target\\*.txt C:\\Target\\both") == ""
    assert disk.list("C:\\Target") == ["renamed.log"]
    assert output(world, "rd /s /q C:\\Moved C:\\Target && echo gone") == "gone\r\n"
    assert not disk.exists("C:\\Moved")


def test_a_listing(world: World) -> None:
    world.write("C:\\Data\\one.txt", b"x" * 1234)
    world.machine.disk.set_times("C:\\Data\\one.txt", written=0)
    text = output(world, "dir C:\\Data")
    assert " Directory of C:\\Data\r\n\r\n" in text
    assert "\r\n01/01/1970  12:00 AM             1,234 one.txt\r\n" in text
    assert "               1 File(s)          1,234 bytes\r\n               2 Dir(s) " in text
    assert world.process("cmd /c dir C:\\Data\\none").stderr == b"File Not Found\r\n"


def test_what_is_missing_is_told_as_windows_tells_it(world: World) -> None:
    for line, code, text in (
        ("type C:\\gone", 1, "The system cannot find the file specified."),
        ("type C:\\gone\\gone", 1, "The system cannot find the path specified."),
        ("copy C:\\gone C:\\x", 1, "The system cannot find the file specified."),
        ("cd C:\\gone", 1, "The system cannot find the path specified."),
        ("del C:\\gone", 0, "Could Not Find C:\\gone"),
        ("set gone", 1, "Environment variable gone not defined"),
        ("h:", 1, "The system cannot find the drive specified."),
        ("C:\\gone\\x.exe", 1, "The system cannot find the path specified."),
    ):
        result = world.process(f"cmd /c {line}")
        assert (result.exit_code, result.stderr.decode()) == (code, f"{text}\r\n")
    assert world.journal.entries("unhandled") == []


def test_programs_are_found_by_path_and_pathext(world: World) -> None:
    world.write("C:\\Tools\\tool.cmd", b"@echo tool %1")
    world.write("C:\\Tools\\tool.bat", b"@echo bat %1")
    lines = ["set PATH=%PATH%;C:\\Tools", "call tool x", "call tool.cmd y", "set PATHEXT=.CMD", "call tool z"]
    assert batch_output(world, *lines) == "bat x\r\ntool y\r\ntool z\r\n"


_TEXT = st.text(st.characters(codec="ascii", exclude_characters="\r\n\0"), max_size=30)


@given(_TEXT.filter(bool))
def test_a_caret_makes_any_text_one_command(text: str) -> None:
    node = parser.parse("x" + "".join(f"^{character}" for character in text))
    assert node == Simple(f"x{text}")


@given(_TEXT.map(lambda text: text.replace('"', "")))
def test_quotes_make_any_text_one_command(text: str) -> None:
    assert parser.parse(f'x "{text}"') == Simple(f'x "{text}"')


@given(_TEXT)
def test_percent_signs_that_are_doubled_stay(text: str) -> None:
    def describe(name: str) -> tuple[str, expansion.FileFacts]:
        return name, expansion.FileFacts()

    doubled = text.replace("%", "%%")
    assert expansion.expand_in_batch(doubled, {}.get, ["0"], "", describe) == text


@given(_TEXT, _TEXT.filter(lambda name: bool(name) and not set(name) & set("%:")))
def test_a_variable_is_put_in_whole(value: str, name: str) -> None:
    assert expansion.expand(f"<%{name}%>", {name: value}.get) == f"<{value}>"


@given(st.text("ab.", max_size=8), st.text("ab.?*", max_size=8))
def test_wildcards_take_no_more_than_they_say(name: str, pattern: str) -> None:
    if not set(pattern) & set("?*"):
        assert wildcards.fits(name, pattern) == (name == pattern or f"{name}." == pattern)
    assert wildcards.fits(name, f"{name}*")
    assert wildcards.fits(name, "*")
