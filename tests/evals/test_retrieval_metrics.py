import pytest

from evals.retrieval_metrics import abstention, hit, ndcg, recall


def test_ranking_measures() -> None:
    assert ndcg("abc", {"a", "b"}) == 1.0
    assert ndcg("xa", {"a"}) == pytest.approx(0.6309, abs=1e-4)
    assert ndcg("xyz", {"a"}) == 0.0
    assert ndcg("aab", {"a", "b"}) == 1.0  # a repeated item counts once
    assert recall("xab", {"a", "b", "c"}, k=2) == 0.5
    assert recall("abc", {"a", "b", "c", "d"}, k=3) == 1.0  # no more than three fit
    assert hit("xa", {"a"}) is False
    assert hit("xa", {"a"}, k=2) is True


@pytest.mark.parametrize("measure", [ndcg, recall])
def test_a_question_without_answers_has_no_ranking(measure) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match="at least one relevant"):
        measure("abc", set())


def test_abstention_counts_both_errors() -> None:
    score = abstention([True, True, False, False], [False, True, True, False])
    assert (score.precision, score.recall, score.f1) == (0.5, 0.5, 0.5)
    assert score[3:] == (1, 2, 1, 2)
    assert abstention([True], [False]).f1 == 1.0
    assert abstention([False], [False]).f1 == 0.0
