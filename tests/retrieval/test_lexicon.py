import pytest

from assistant.retrieval.lexicon import Lexicon, expanded, words

TEXTS = ["Train models on premises.", "European law protects data.", "The cloud scales inference."]


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("Trains, training and trained!", ("train", "train", "train")),
        ("policies policy", ("policy", "policy")),
        ("the firm's classes", ("firm", "class")),
        ("What is it?", ()),
    ],
)
def test_words(text: str, terms: tuple[str, ...]) -> None:
    found = words(text)
    assert len(found) == len(terms)
    assert [word[:5] for word in found] == [term[:5] for term in terms]


def test_expansion_says_it_in_the_words_of_the_guidance() -> None:
    assert expanded("What does stage 4 need?") == "What does stage 4 need? (Systemic stage)"
    assert expanded("Why the cloud?") == "Why the cloud?"


def test_new_words_and_names_are_noticed() -> None:
    lexicon = Lexicon(TEXTS)
    assert lexicon.novelty("Train models in the cloud?") == (0.0, False)
    assert lexicon.novelty("What does the law say in Europe?").name is False
    assert lexicon.novelty("What does the law say in Brazil?").name is True
    assert lexicon.novelty("potatoes").share == 1.0
    assert lexicon.novelty("").share == 1.0


def test_scores_follow_the_words() -> None:
    lexicon = Lexicon(TEXTS)
    assert int(lexicon.scores("data law").argmax()) == 1
    assert lexicon.scores("potatoes").tolist() == [0, 0, 0]
    assert Lexicon(()).scores("data").shape == (0,)
