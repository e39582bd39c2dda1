"""Conversions of published weights into safetensors, each done once, in a process of its own."""

from __future__ import annotations

from pathlib import Path


def to_safetensors(source: Path, target: Path) -> None:
    """SmolLM2 as transformers likes it best: bfloat16 tensors that can be mapped into memory, and its tokenizer."""
    from tlkit.runtime.compat import mend_torchvision

    mend_torchvision()
    import torch
    from safetensors.torch import save_file
    from transformers import AutoModelForCausalLM

    (file,) = source.glob("*.gguf")
    model = AutoModelForCausalLM.from_pretrained(source, gguf_file=file.name, dtype=torch.bfloat16)
    tensors = {name: tensor for name, tensor in model.state_dict().items() if name != "lm_head.weight"}  # tied
    save_file(tensors, target / "model.safetensors", metadata={"format": "pt"})
    (target / "model.safetensors").chmod(0o644)  # made for its owner alone, and a cache may serve a whole school
    vars(model.config).pop("quantization_config", None)  # there in some versions of transformers: it is not packed now
    model.config.save_pretrained(target)
    model.generation_config.save_pretrained(target)
    _smol_tokenizer(file).save_pretrained(target)
    (target / "LICENSE").write_bytes((source / "LICENSE").read_bytes())


def _smol_tokenizer(file: Path):
    """The tokenizer that the file describes; transformers reads it, too, but otherwise in each of its versions."""
    from gguf import GGUFReader, TokenType
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    fields = GGUFReader(file).fields
    tokens, types, merges = (fields[f"tokenizer.ggml.{name}"].contents() for name in ("tokens", "token_type", "merges"))
    vocabulary = {token: number for number, token in enumerate(tokens)}
    tokenizer = Tokenizer(models.BPE(vocabulary, [tuple(merge.split(" ")) for merge in merges]))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(  # what the file calls smollm
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    control = [token for token, type_ in zip(tokens, types, strict=True) if type_ == TokenType.CONTROL]
    tokenizer.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in control])
    roles = {"bos": "bos", "eos": "eos", "unk": "unknown", "pad": "padding"}
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        chat_template=fields["tokenizer.chat_template"].contents(),
        model_max_length=fields["llama.context_length"].contents(),
        clean_up_tokenization_spaces=False,
        **{f"{role}_token": tokens[fields[f"tokenizer.ggml.{key}_token_id"].contents()] for role, key in roles.items()},
    )
