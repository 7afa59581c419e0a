"""A person's own figures in place of the catalogue's, and the figures that have grown old."""

import datetime as dt
from pathlib import Path

import pytest
from catalogue_files import catalogue

from assistant.engines import Engines
from assistant.errors import InputError
from assistant.planning.catalogue import Catalogue
from assistant.planning.catalogue_age import old_figures
from assistant.planning.own_figures import with_own
from assistant.settings import Settings

STAMP = dt.date(2026, 11, 1)
KNOWLEDGE = Path(__file__).parents[2] / "knowledge"


def changed(own: object) -> Catalogue:
    return Catalogue.model_validate(with_own(catalogue(), own, "mine.yaml", STAMP))


def test_a_known_row_takes_the_figure_and_says_what_stood_there() -> None:
    row = changed({"servers": [{"id": "lenovo-8xh100", "price_usd": 200_000}]}).server("lenovo-8xh100")
    assert (row.price_usd, row.power_kw, row.source, row.date) == (200_000, 10.2, "own-figures", STAMP)
    assert "lenovo-lp2368" in row.note


def test_a_figure_may_bring_its_own_source_and_date() -> None:
    own = {"power": [{"id": "us", "usd_kwh": 0.09, "date": "2026-10-01", "source": "eia"}]}
    row = changed(own).power_price("us")
    assert (row.usd_kwh, row.source, row.date) == (0.09, "eia", dt.date(2026, 10, 1))


def test_the_price_of_a_gpu_has_its_own_date() -> None:
    gpu = changed({"gpus": [{"id": "h100-sxm", "price_usd": 21_000}]}).gpu("h100-sxm")
    assert (gpu.price_usd, gpu.price_source, gpu.price_date) == (21_000, "own-figures", STAMP)


def test_a_new_row_joins_the_list() -> None:
    own = {"cloud": [{"id": "ours", "provider": "ours", "name": "8 x H100", "gpu": "h100-sxm", "gpus": 8, "usd_hour": 20}]}
    assert changed(own).instance("ours").usd_hour == 20
    assert len(changed(own).cloud) == len(catalogue().cloud) + 1


@pytest.mark.parametrize(
    ("own", "named"),
    [
        ([1], "must map lists"),
        ({"serverz": []}, "'serverz'"),
        ({"servers": {"id": "x"}}, "`servers`"),
        ({"servers": [{"price_usd": 3}]}, "`servers`"),
        ({"traps": []}, "'traps'"),
    ],
)
def test_a_file_of_another_form_is_refused(own: object, named: str) -> None:
    with pytest.raises(InputError, match=named):
        with_own(catalogue(), own, "mine.yaml", STAMP)


def engines(file: Path) -> Engines:
    return Engines(Settings(knowledge_dir=KNOWLEDGE, catalog_file=str(file), _env_file=None))  # type: ignore[call-arg]


def test_the_setting_names_the_file(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("figures:\n  - {id: staff-usd-year, value: 90000}\n", encoding="utf-8")
    assert engines(file).catalogue.figure("staff-usd-year").value == 90_000


@pytest.mark.parametrize("text", ["servers: [{id: lenovo-8xh100, price_usd: -3}]", "servers: [", "servers: 3"])
def test_a_broken_file_gets_a_sentence(tmp_path: Path, text: str) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"mine\.yaml"):
        _ = engines(file).catalogue
    with pytest.raises(InputError, match="cannot be read"):
        _ = engines(tmp_path / "none.yaml").catalogue


def test_figures_over_a_year_old_are_flagged() -> None:
    told = list(old_figures(catalogue(), Path("catalog"), dt.date(2026, 11, 24)))
    assert all(": warning: " in line for line in told)
    assert any("us-new-england" in line and "2024-07-31" in line for line in told)
    assert any("price of rtx-5090" in line for line in told)
    assert not any("aws-p5-48xlarge" in line for line in told)
    assert not list(old_figures(changed({}), Path("catalog"), dt.date(2024, 1, 1)))


def test_a_year_is_not_yet_old() -> None:
    row = catalogue().server("lenovo-8xh100")
    assert not row.is_old(row.date + dt.timedelta(days=365))
    assert row.is_old(row.date + dt.timedelta(days=366))
    later = list(old_figures(catalogue(), Path("catalog"), dt.date(2027, 2, 1)))
    assert any("lenovo-8xh100 " in line for line in later)


def test_the_knowledge_check_flags_them() -> None:
    told = [line for line in Engines(Settings(knowledge_dir=KNOWLEDGE)).faults() if "over a year old" in line]
    assert told
    assert all(": warning: " in line for line in told)


def test_calculators_take_rows_by_id_and_warn() -> None:
    here = Engines(Settings(knowledge_dir=KNOWLEDGE))
    shown = here.calculate("energy", {"gpu_hours": 1000, "watts": 700, "grid": "fr"})
    assert shown["co2e_t"] == pytest.approx(0.7 * 0.041)
    assert here.calculate("data_movement", {"up_gb": 1, "down_gb": 10, "prices": "aws"})["usd_month"] == pytest.approx(0.9)
    warned = here.calculate("breakeven", {"capex_usd": 1, "cloud_usd_hour": 98.32, "own_usd_hour": 9})["warnings"]
    assert warned[0].startswith("A break-even against the dearest cloud alone")
    with pytest.raises(InputError, match="fr"):
        here.calculate("energy", {"gpu_hours": 1000, "watts": 700, "grid": "atlantis"})
