"""The sentence encoder: the published network, found, checked and computed right."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from bot.language import encoder as module
from bot.language.embedding_cache import encode_cached
from bot.language.encoder import (
    DIMENSION,
    Encoder,
    graph_weights,
    quick_weights,
    reference_states,
    sentence_part,
    shared_encoder,
)
from bot.language.encoder_files import find_folder
from bot.language.encoder_graph import GRAPH, QUICK_GRAPH, build, dense_names


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return shared_encoder()


@pytest.fixture(scope="module")
def quick() -> Encoder:
    return shared_encoder(quick=True)


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


@pytest.mark.parametrize("text", ["ok", "what can I take instead of cellcept?", "severe ILD " * 30])
def test_the_quick_encoder_says_nearly_the_same(encoder: Encoder, quick: Encoder, text: str) -> None:
    exact = encoder.encode(text).reshape(len(module.KEPT_LAYERS), -1)
    near = quick.encode(text).reshape(len(module.KEPT_LAYERS), -1)
    assert np.linalg.norm(near, axis=1) == pytest.approx(1.0, abs=1e-5)
    assert ((exact * near).sum(axis=1) > 0.95).all()


def test_the_quick_weights_are_whole_numbers_near_the_exact_ones() -> None:
    weights = graph_weights(load_file(str(find_folder() / "model.safetensors")))
    whole = quick_weights(weights)
    for name in dense_names():
        assert whole[f"{name}.weight"].dtype == np.int8
        scale = whole[f"{name}.scale"]
        error = np.abs(whole[f"{name}.weight"] * scale - weights[f"{name}.weight"])
        assert (error <= scale * 0.501).all()


def test_the_graphs_are_what_their_code_makes() -> None:
    pytest.importorskip("onnx")
    assert build() == GRAPH.read_bytes()
    assert build(quick=True) == QUICK_GRAPH.read_bytes()


def test_the_cache_refuses_states_of_the_exact_encoder(encoder: Encoder, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="quick"):
        encode_cached(encoder, ["bye"], tmp_path / "embeddings.npz")


def test_cached_states_are_encoded_once(quick: Encoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "var" / "embeddings.npz"
    first = encode_cached(quick, ["tac dose", "bye"], file)
    monkeypatch.setattr(quick, "encode_all", lambda texts: pytest.fail(f"encoded again: {texts}"))
    assert encode_cached(quick, ["bye", "tac dose"], file) == pytest.approx(first[::-1], abs=1e-3)


def test_a_broken_cache_file_costs_only_time(quick: Encoder, tmp_path: Path) -> None:
    file = tmp_path / "embeddings.npz"
    file.write_bytes(b"not an archive")
    assert encode_cached(quick, ["bye"], file).shape == (1, DIMENSION)
