"""What the documents show is so: examples, addresses, commands, settings and links."""

from __future__ import annotations

import doctest
import json
import re
import shlex
import urllib.error
import urllib.request
from pathlib import Path

import pytest
import typer.main

from service import cli
from service.settings import Settings

HOME = Path(__file__).parents[2]
PAGES = sorted([*HOME.glob("*.md"), *HOME.glob("docs/**/*.md"), *HOME.glob("data/*/README.md")])
SHOWN = "http://127.0.0.1:8000"
NAMES = [str(page.relative_to(HOME)) for page in PAGES]


def text_of(name: str) -> str:
    return (HOME / name).read_text(encoding="utf-8")


def commands(text: str) -> list[list[str]]:
    """Give the routeshift commands in blocks of shell."""
    blocks = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines()]
    return [shlex.split(line, comments=True)[1:] for line in lines if line.startswith("routeshift")]


def status(address: str) -> int:
    try:
        with urllib.request.urlopen(address, timeout=30) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        return refused.code


@pytest.mark.parametrize("name", ["README.md", "docs/time.md"])
def test_the_python_examples_give_what_they_show(
    name: str, store: Path, live_server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "var").mkdir()
    (tmp_path / "var/store").symlink_to(store)
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```python\n(.*?)```", text_of(name), re.DOTALL)
    source = "\n".join(blocks).replace(SHOWN, live_server)
    example = doctest.DocTestParser().get_doctest(source, {}, name, name, 0)
    result = doctest.DocTestRunner().run(example)
    assert result.attempted > 0
    assert result.failed == 0


@pytest.mark.parametrize("name", [name for name in NAMES if SHOWN in text_of(name)])
def test_every_address_that_is_shown_answers(name: str, live_server: str) -> None:
    shown = sorted(set(re.findall(rf"{SHOWN}[^\s\"')>`;]*", text_of(name))))
    found = {address: status(address.replace(SHOWN, live_server)) for address in shown}
    assert {address: code for address, code in found.items() if code != 200} == {}


def test_every_command_that_is_shown_exists_with_its_options() -> None:
    known = typer.main.get_command(cli.app)
    shown = [words for name in NAMES for words in commands(text_of(name))]
    assert shown
    for name, *arguments in shown:
        command = known.commands[name]  # type: ignore[attr-defined] # a group has them
        with command.make_context(name, list(arguments)):
            pass


def test_every_setting_is_described_with_its_default_and_no_other_is() -> None:
    text = text_of("docs/operations.md")
    rows = dict(re.findall(r"^\| `ROUTESHIFT_(\w+)` \| (?:`(.*?)`)? *\|", text, re.MULTILINE))
    defaults = {
        name: json.dumps([str(one) for one in field.default])
        if isinstance(field.default, list)
        else str(field.default).lower()
        if isinstance(field.default, bool)
        else ""
        if field.default is None
        else str(field.default)
        for name, field in Settings.model_fields.items()
    }
    assert {name.lower(): value for name, value in rows.items()} == defaults


@pytest.mark.parametrize("name", NAMES)
def test_links_between_documents_lead_somewhere(name: str) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", text_of(name)):
        if "://" not in target:
            assert ((HOME / name).parent / target).exists(), target


def test_every_decision_is_listed() -> None:
    listed = text_of("docs/adr/README.md")
    for record in HOME.glob("docs/adr/[0-9]*.md"):
        assert f"({record.name})" in listed, record.name
