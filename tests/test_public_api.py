"""The public interface is one sorted list, each name of which is there, documented and cheap to import."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import detente

ROOT = Path(__file__).parents[1]


def _python(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_public_list_is_sorted_and_without_repeats() -> None:
    assert list(detente.__all__) == sorted(set(detente.__all__))


@pytest.mark.parametrize("name", detente.__all__)
def test_a_public_name_exists_and_says_what_it_is(name: str) -> None:
    value = getattr(detente, name)
    assert value.__doc__, f"{name} has no docstring"


def test_dir_lists_the_public_names_only() -> None:
    assert dir(detente) == list(detente.__all__)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'forcast'"):
        detente.forcast  # noqa: B018


def test_type_checkers_see_the_same_names() -> None:
    tree = ast.parse(Path(detente.__file__).read_text(encoding="utf-8"))
    (typed,) = (node for node in tree.body if isinstance(node, ast.If))
    names = {alias.asname or alias.name for line in typed.body for alias in line.names}  # type: ignore[attr-defined]
    assert names | {"__version__"} == set(detente.__all__)


@pytest.mark.parametrize(
    "before",
    ["", "import detente.forecast", "from detente.forecast.result import Forecast", "import detente.report.brief"],
)
def test_forecast_is_the_verb_whatever_was_imported_first(before: str) -> None:
    code = "import detente\nfrom detente import forecast\nprint(callable(forecast), detente.forecast is forecast)"
    assert _python(f"{before}\n{code}") == "True True"


def test_importing_the_package_imports_nothing_heavy() -> None:
    heavy = {
        "arviz_stats",
        "numba",
        "numpy",
        "pandas",
        "polars",
        "pycountry",
        "pydantic",
        "ruamel",
        "scipy",
        "xarray",
    }
    loaded = _python("import sys, detente.cli.app; print(' '.join({m.split('.')[0] for m in sys.modules}))")
    assert not heavy & set(loaded.split())


def test_every_module_imports_without_development_packages() -> None:
    code = (
        "import importlib, pkgutil, sys\n"
        "sys.modules.update(dict.fromkeys(['pytest', '_pytest', 'hypothesis', 'pygambit', 'arviz_stats', 'mypy', 'ruff']))\n"
        "import detente\n"
        "names = [m.name for m in pkgutil.walk_packages(detente.__path__, 'detente.')]\n"
        "names.remove('detente.__main__')\n"
        "for name in names: importlib.import_module(name)\n"
        "print(len(names))"
    )
    assert int(_python(code)) > 30


def test_public_names_are_documented() -> None:
    text = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    missing = [name for name in detente.__all__ if name != "__version__" and f"`{name}" not in text]
    assert not missing


def test_the_citation_file_has_the_version() -> None:
    assert f"version: {detente.__version__}\n" in (ROOT / "CITATION.cff").read_text(encoding="utf-8")
