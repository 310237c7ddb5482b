"""The page of a calibration says what was fitted, what was not, and what nobody knows."""

from support.doses import DATA, variant

from cryosim.calibration.report import write
from cryosim.calibration.result import calibrated


def test_the_page_tells_fitted_from_predicted_and_has_its_pictures(tmp_path):
    found = calibrated(DATA, [variant(), variant(0.9)], 8, 1)
    page = write(found, tmp_path).read_text(encoding="utf-8")
    fitted, _, rest = page.partition("## Data that were only predicted")
    assert "Flank, cup, one session (Coleman 2009): loss after 2 months" in fitted
    assert "Review of 19 studies" not in fitted.partition("## Data that were fitted")[2]
    assert "Review of 19 studies" in rest
    assert "only the share they kill together is known" in page
    assert "Hardly more is known than was assumed of:" in page
    for name in ("data.png", "parameters.png"):
        assert f"({name})" in page
        assert (tmp_path / name).stat().st_size > 20_000
