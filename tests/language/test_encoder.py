"""The sentence encoder: the published network, found, checked and computed right."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from bot.language import encoder as module
from bot.language.embedding_cache import encode_cached
from bot.language.encoder import (
    DIGESTS,
    DIMENSION,
    Encoder,
    EncoderError,
    find_folder,
    graph_weights,
    reference_states,
    sentence_part,
    shared_encoder,
)


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return shared_encoder()


def test_similarities_are_those_of_the_model_card(encoder: Encoder) -> None:
    texts = ["That is a happy person", "That is a happy dog", "That is a very happy person", "Today is a sunny day"]
    vectors = sentence_part(encoder.encode_all(texts))
    assert vectors[1:] @ vectors[0] == pytest.approx([0.695, 0.943, 0.257], abs=1e-3)


@pytest.mark.parametrize("text", ["ok", "what can I take instead of cellcept?", "nausea " * 200])
def test_graph_agrees_with_the_reference_arithmetic(encoder: Encoder, text: str) -> None:
    weights = graph_weights(load_file(str(find_folder() / "model.safetensors")))
    reference = reference_states(weights, encoder.token_ids(text))[-1]
    assert sentence_part(encoder.encode(text)) == pytest.approx(reference / np.linalg.norm(reference), abs=1e-3)


def test_a_text_has_the_same_states_alone_and_in_a_batch(encoder: Encoder) -> None:
    texts = ["tac?", "a longer question about rituximab and the lungs", "yes"]
    together = encoder.encode_all(texts)
    assert together.shape == (3, DIMENSION)
    for text, states in zip(texts, together, strict=True):
        assert encoder.encode(text) == pytest.approx(states, abs=1e-5)


def test_every_kept_layer_has_unit_length(encoder: Encoder) -> None:
    states = encoder.encode("rituximab").reshape(len(module.KEPT_LAYERS), -1)
    assert np.linalg.norm(states, axis=1) == pytest.approx(1.0, abs=1e-5)


def test_an_empty_text_is_encoded_too(encoder: Encoder) -> None:
    assert np.isfinite(encoder.encode("")).all()


def test_a_changed_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in DIGESTS:
        shutil.copy(find_folder() / name, tmp_path / name)
    with (tmp_path / "tokenizer.json").open("a", encoding="utf-8") as handle:
        handle.write(" ")
    monkeypatch.setenv(module.FOLDER_VARIABLE, str(tmp_path))
    with pytest.raises(EncoderError, match="not the published file"):
        Encoder()


def test_a_named_folder_without_the_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match=r"has no model\.safetensors"):
        find_folder(tmp_path)


def test_no_package_and_no_setting_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(module.FOLDER_VARIABLE, raising=False)
    monkeypatch.setattr(module, "PACKAGE", "no-such-package-at-all")
    with pytest.raises(EncoderError, match="Install the package"):
        find_folder()


def test_cached_states_are_encoded_once(encoder: Encoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "var" / "embeddings.npz"
    first = encode_cached(encoder, ["tac dose", "bye"], file)
    monkeypatch.setattr(encoder, "encode_all", lambda texts: pytest.fail(f"encoded again: {texts}"))
    assert encode_cached(encoder, ["bye", "tac dose"], file) == pytest.approx(first[::-1], abs=1e-3)


def test_a_broken_cache_file_costs_only_time(encoder: Encoder, tmp_path: Path) -> None:
    file = tmp_path / "embeddings.npz"
    file.write_bytes(b"not an archive")
    assert encode_cached(encoder, ["bye"], file).shape == (1, DIMENSION)
