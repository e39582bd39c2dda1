"""Small networks that read, saved locally as a reader has them."""

import torch
import transformers
from tokenizers import Tokenizer, models, pre_tokenizers

SIZES = {
    "vocab_size": 300,
    "hidden_size": 32,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "intermediate_size": 64,
}
ENCODERS = {
    "bert": lambda: transformers.BertConfig(**SIZES),
    "distilbert": lambda: transformers.DistilBertConfig(vocab_size=300, dim=32, n_layers=3, n_heads=4, hidden_dim=64),
    "roberta": lambda: transformers.RobertaConfig(**SIZES, max_position_embeddings=140),
}
CAUSAL = {
    "llama": lambda: transformers.LlamaConfig(**SIZES, num_key_value_heads=2),
    "gpt2": lambda: transformers.GPT2Config(
        vocab_size=300, n_embd=32, n_layer=3, n_head=4, bos_token_id=0, eos_token_id=0
    ),
    "opt": lambda: transformers.OPTConfig(
        vocab_size=300, hidden_size=32, num_hidden_layers=3, num_attention_heads=4, ffn_dim=64, word_embed_proj_dim=32
    ),
}


def save_model(folder, kind):
    """A small network of that kind with its tokenizer, one token a letter, as a reader may have it in a folder."""
    torch.manual_seed(0)
    if kind in CAUSAL:
        model = transformers.AutoModelForCausalLM.from_config(CAUSAL[kind]())
    else:
        model = transformers.AutoModel.from_config(ENCODERS[kind]())
    model.save_pretrained(folder)
    words = {"[PAD]": 0, "[UNK]": 1} | {chr(code): code - 30 for code in range(32, 127)}
    tokenizer = Tokenizer(models.BPE(vocab=words, merges=[], unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="[PAD]", unk_token="[UNK]"
    ).save_pretrained(folder)
    return model.eval().base_model
