"""The growth curves show what was measured."""

import sys
from pathlib import Path

import pandas as pd
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # benchmarks

from benchmarks import __main__ as bench
from benchmarks import growth_curves
from benchmarks.growth_curves import PARTS, Cost, drawn, measure, slope


@pytest.mark.parametrize("power", [0.0, 1.0, 2.0])
def test_the_slope_is_the_power_of_the_rows(power: float) -> None:
    """In proportion is 1, the square is 2; a missing cost changes nothing."""
    rows = [1_000.0, 2_000.0, 4_000.0, 8_000.0]
    cost = [0.3 * row**power for row in rows]
    assert slope(rows, cost) == pytest.approx(power)
    assert slope([*rows, 16_000.0], [*cost, float("nan")]) == pytest.approx(power)
    assert pd.isna(slope(rows, [float("nan")] * 4))


@pytest.mark.parametrize("part", PARTS)
def test_every_part_can_be_measured(part: str) -> None:
    """Time passes, and memory is that of the work alone."""
    cost = measure(part, 300)
    assert (cost.part, cost.rows) == (part, 300)
    assert cost.seconds > 0
    assert cost.memory_mb < 1_000 or pd.isna(cost.memory_mb)


@pytest.mark.skipif(sys.platform != "linux", reason="the system tells no peak")
def test_a_table_that_is_kept_is_in_the_peak(monkeypatch: pytest.MonkeyPatch) -> None:
    """80 MB that are made in the work are found; those made before are not."""
    held = bytearray(80_000_000)

    def ready(rows: int) -> growth_curves.Work:
        return lambda: bytearray(b"x") * 80_000_000

    monkeypatch.setitem(PARTS, "held", ("bytes", ready))
    assert 70 < measure("held", 1).memory_mb < 120
    monkeypatch.setitem(PARTS, "held", ("bytes", lambda rows: lambda: None))
    assert measure("held", 1).memory_mb < 20
    assert len(held) == 80_000_000


def test_the_picture_says_the_slopes(tmp_path: Path) -> None:
    """The title is the finding; where memory is not known, there is no panel for it."""
    rows = [1_000, 2_000, 4_000]
    square = [Cost("risk", row, row**2 / 1e6, row / 10) for row in rows]
    chart = drawn("risk", square, "rows")
    assert chart.get_suptitle() == "Slopes of risk: seconds 2.00, memory 1.00"
    assert "1,000: 1.00 s and 100 MB" in chart.alt_text
    assert chart.save(tmp_path / "risk.png").stat().st_size > 10_000
    unknown = [Cost("risk", row, 1.0, float("nan")) for row in rows]
    assert drawn("risk", unknown, "rows").get_suptitle() == "Slopes of risk: seconds 0.00"


def test_the_command_writes_a_picture_for_each_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """And one table with the numbers."""
    asked = []

    def fake(part: str, sizes: tuple[int, ...]) -> list[Cost]:
        return [Cost(part, row, row / 1e4, row / 1e3) for row in sizes]

    def graded(sizes: tuple[int, ...]) -> list[Cost]:
        asked.append(tuple(sizes))
        return fake("grading", (8, 16))

    monkeypatch.setattr(
        growth_curves, "measured", lambda sizes: [c for p in PARTS for c in fake(p, sizes)]
    )
    monkeypatch.setattr(growth_curves, "graded", graded)
    assert bench.main(["growth", "--out", str(tmp_path / "curves")]) == 0
    table = pd.read_csv(tmp_path / "curves" / "growth.csv")
    assert set(table["part"]) == {*PARTS, "grading"}
    assert table.columns.tolist() == ["part", "rows", "seconds", "memory_mb"]
    pictures = {path.name for path in (tmp_path / "curves").glob("*.png")}
    assert pictures == {f"growth_{part}.png" for part in (*PARTS, "grading")}
    assert asked == [bench.QUICK]
    assert "growth_linking.png" in capsys.readouterr().out
