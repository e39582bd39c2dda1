"""The ``predict.py`` of an exported model: a few lines that need torch and the network's library, and not tlkit.

Of a whole network of timm or transformers they are twenty.
"""

from __future__ import annotations

import re

from tlkit.models.backbone import Backbone
from tlkit.models.language_model import TextBackbone

_IMPORTS = """import json
import sys
from pathlib import Path
"""
_LABELS = """here = Path(__file__).parent
labels = json.loads((here / "tlkit.json").read_text(encoding="utf-8"))["labels"]
"""
_WITH_STATE = """here = Path(__file__).parent
labels, state = json.loads((here / "tlkit.json").read_text("utf-8"))["labels"], load_file(here / "model.safetensors")
"""
_ADAPTERS = """for key in [key for key in state if ".lora_A." in key]:  # adapters are added to the weights
    down, up = state.pop(key).float().flatten(1), state.pop(key.replace("lora_A", "lora_B")).float().flatten(1)
    weight = state[key.replace("lora_A.", "")]
    weight += (FACTOR * up @ down)TURN.view_as(weight).to(weight.dtype)
"""
_ASK = """    rows = ROWS
    chances = torch.nn.functional.linear(rows, state["head.weight"], state["head.bias"])[0].softmax(dim=0)
"""
_NEEDS = {  # Pillow comes with both libraries, and torchvision with timm
    "tlkit": "torchvision and safetensors", "torchvision": "torchvision and safetensors", "timm": "torch and timm",
}  # fmt: skip
_LOOP = """for file in sys.argv[1:]:
READ
ASK    print(f"{file}: {labels[int(chances.argmax())]} ({chances.max():.0%})")
"""
_PICTURE = """    image = Image.open(file)
    image.draft("RGB", DOUBLE)
    image = ImageOps.fit(ImageOps.exif_transpose(image).MODE, SIZE, Image.Resampling.BILINEAR)
    inputs = normalize(resize(to_tensor(image), [SIDE, SIDE], antialias=True), MEAN, DEVIATION)[None]"""
_NOTE = """    item = torch.from_numpy(np.load(file, allow_pickle=False))  # 32 x 32 numbers from 0 to 31
    inputs = item.view(1, 1, 32, 32).float() * (2 / 31) - 1"""
_CUT = """said = []
model.get_submodule("END").register_forward_hook(lambda part, given, out: said.append(out.clone()))
"""
_SAID = """
    model(inputs)
    maps = said.pop()"""
_POOLS = {
    "mean_over_space": "maps.mean(dim=(2, 3))",
    "mean_over_time": "maps.mean(dim=3).flatten(1)",
    "mean_over_space_last": "maps.mean(dim=(1, 2))",
    "first_token": "maps[:, 0]",
}
_BLOCKS = """

def block(channels, filters, pool):
    return nn.Sequential(nn.Conv2d(channels, filters, 3, padding=1), pool, nn.GroupNorm(8, filters), nn.ReLU())


stages = nn.Sequential(STAGES)
stages.load_state_dict({key.removeprefix("stages."): state[key] for key in state if key.startswith("stages.")})
"""
_STAGES = {
    "small-cnn": (
        "block(3, 32, nn.MaxPool2d(2))", "block(32, 64, nn.MaxPool2d(2))", "block(64, 128, nn.MaxPool2d(2))",
        "nn.Sequential(nn.Identity(), nn.Linear(128, 128), nn.ReLU())",
    ),
    "note-cnn": (
        "block(1, 16, nn.MaxPool2d(2))", "block(16, 32, nn.MaxPool2d(2))", "block(32, 64, nn.Identity())",
        "nn.Sequential(nn.Identity(), nn.Linear(512, 96), nn.ReLU())",
    ),
}  # fmt: skip
_TEXT = """model = AutoModel.from_config(AutoConfig.from_pretrained(here)).eval()
model.load_state_dict({key.removeprefix(f"{model.base_model_prefix}."): state[key] for key in state}, strict=False)
tokenizer, how = AutoTokenizer.from_pretrained(here), {"return_token_type_ids": False, "return_tensors": "pt"}
for file in sys.argv[1:]:
    tokens = tokenizer([Path(file).read_text("utf-8") or " "], truncation=True, max_length=TOKENS, **how)
"""
WORDS = (
    '"""Names texts: python predict.py text.txt ... (needs numpy and safetensors; no network is in it)."""\n\n'
    + _IMPORTS.replace("import json\n", "import json\nimport re\n").replace(
        "import sys\n", "import sys\nfrom collections import Counter\n"
    )
    + "\nimport numpy as np\nfrom safetensors.numpy import load_file\n\n"
    + """here = Path(__file__).parent
config = json.loads((here / "tlkit.json").read_text(encoding="utf-8"))
labels, state = config["labels"], load_file(here / "model.safetensors")
place = {word: number for number, word in enumerate(config["words"])}


def chances(text):
    row = np.zeros(len(place))
    for word, count in Counter(re.findall(r"(?u)\\b\\w\\w+\\b", text.lower())).items():
        if word in place:
            row[place[word]] = (1 + np.log(count)) * state["idf"][place[word]]
    scores = state["weight"] @ (row / (np.linalg.norm(row) or 1)) + state["bias"]
    scores = np.append(0, scores) if len(scores) == 1 else scores
    return np.exp(scores - scores.max()) / np.exp(scores - scores.max()).sum()


for file in sys.argv[1:]:
    found = chances(Path(file).read_text(encoding="utf-8"))
    print(f"{file}: {labels[config['classes'][found.argmax()]]} ({found.max():.0%})")
"""
)
PROMPT = (
    '"""Names texts: python predict.py text.txt ... (needs torch and transformers)."""\n\n'
    + _IMPORTS
    + """
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

here = Path(__file__).parent
config = json.loads((here / "tlkit.json").read_text(encoding="utf-8"))
labels, asked = config["labels"], config["prompt"]
model, tokenizer = AutoModelForCausalLM.from_pretrained(here).eval(), AutoTokenizer.from_pretrained(here)
words = ", ".join(asked["words"][:-1]) + " or " + asked["words"][-1]


def ask(text):
    question = asked["question"] or "Which of these is it?"
    return asked["template"].format(question=question, words=words, text=text)


def score(prompt, word):  # the log-probability of a word, all of its tokens together
    gap = "" if prompt.endswith("\\n") else " "
    before, after = tokenizer(prompt)["input_ids"], tokenizer(gap + word, add_special_tokens=False)["input_ids"]
    with torch.no_grad():
        said = model(torch.tensor([before + after])).logits[0].float().log_softmax(dim=-1)
    return float(sum(said[len(before) - 1 + place, token] for place, token in enumerate(after)))


def scores(text):
    solved = [(ask(each), asked["words"][label]) for each, label in asked["shown"]]
    start = "".join(prompt + ("" if prompt.endswith("\\n") else " ") + word + "\\n\\n" for prompt, word in solved)
    return torch.tensor([score(start + ask(text), word) for word in asked["words"]])


empty = torch.stack([scores(text) for text in ("N/A", "", "[MASK]")]) if asked["calibrated"] else None
for file in sys.argv[1:]:
    found = scores(Path(file).read_text(encoding="utf-8"))
    found = found if empty is None else found - empty.softmax(dim=1).mean(dim=0).log()
    chances = found.softmax(dim=0)
    print(f"{file}: {labels[int(chances.argmax())]} ({chances.max():.0%})")
"""
)


def of_network(backbone: Backbone, config: dict) -> str:
    """The script for a network with a head."""
    if isinstance(backbone, TextBackbone):
        return _of_text(backbone, config)
    library, note = config["network"]["library"], config["input"]["modality"] == "spectrogram"
    read = _NOTE if note else _picture(config["input"])
    begin = _LABELS if _timm_reads_it(config) else _WITH_STATE + _adapters(config)
    made, loop = _own(backbone, read) if library == "tlkit" else _from_library(backbone, config, read)
    body = begin + made + loop
    thing, needs = ("32 x 32 arrays", "torch, safetensors and numpy") if note else ("pictures", _NEEDS[library])
    doc = f'"""Names {thing}: python predict.py file ... (needs {needs})."""\n\n'
    return doc + _IMPORTS + "\n" + _imports(body) + "\n" + body


def _imports(body: str) -> str:
    """The lines that bring what the body uses."""
    lines = {
        "np.": "import numpy as np", "timm.": "import timm", "torch.": "import torch",
        "Image.": "from PIL import Image, ImageOps", "load_file(": "from safetensors.torch import load_file",
        "nn.": "from torch import nn", "models.": "from torchvision import models",
        "resize(": "from torchvision.transforms.functional import normalize, resize, to_tensor",
    }  # fmt: skip
    return "".join(f"{line}\n" for used, line in lines.items() if re.search(rf"(?<![\w.]){re.escape(used)}", body))


def _timm_reads_it(config: dict) -> bool:
    """Whether the weights are just those of a network of timm's, which reads the file itself."""
    network = config["network"]
    return network["library"] == "timm" and network["whole"] and config["adapters"] is None


def _loop(read: str, rows: str) -> str:
    ask = _ASK.replace("ROWS", rows) if rows != "rows" else _ASK.partition("\n")[2]
    return _LOOP.replace("READ", read).replace("ASK", ask)


def _picture(given: dict) -> str:
    """The lines that read a picture as the network saw all others."""
    height, width, *colours = given["shape"]
    figures = {
        "DOUBLE": (2 * width, 2 * height), "SIZE": (width, height), "SIDE": given["side"],
        "MODE": 'convert("RGB")' if colours else 'convert("L").convert("RGB")',
        "MEAN": given["mean"], "DEVIATION": given["deviation"],
    }  # fmt: skip
    text = _PICTURE
    for name, figure in figures.items():
        text = text.replace(name, str(figure))
    return text


def _adapters(config: dict) -> str:
    known = config["adapters"]
    if known is None:
        return ""
    turn = ".T" if known["turned"] else ""
    return _ADAPTERS.replace("FACTOR", repr(known["alpha"] / known["rank"])).replace("TURN", turn)


def _own(backbone: Backbone, read: str) -> tuple[str, str]:
    """The lines that build one of tlkit's own, and those that ask it."""
    if backbone.wiring.model == "pixels":
        return "", _loop(read, "inputs.flatten(1)")
    stages = ", ".join(_STAGES[backbone.wiring.model][: len(backbone.stages)])
    rows = _POOLS[backbone.pool.__name__].replace("maps", "stages[:3](inputs)")
    return _BLOCKS.replace("STAGES", stages), _loop(read, f"stages[3:]({rows})")


def _from_library(backbone: Backbone, config: dict, read: str) -> tuple[str, str]:
    """The lines that build a library's network, and those that ask it."""
    whole = config["network"]["whole"]
    made = _build(backbone.wiring.library, backbone.wiring.model, config)
    if not _timm_reads_it(config):
        made += f"model.load_state_dict(state{'' if whole else ', strict=False'})\n"
    if whole:
        return made, _LOOP.replace("READ", read).replace("ASK", "    chances = model(inputs)[0].softmax(dim=0)\n")
    made += _CUT.replace("END", backbone.wiring.ends[len(backbone.stages) - 1])
    return made, _loop(read + _SAID, f"{_POOLS[backbone.pool.__name__]} if maps.ndim > 2 else maps")


def _build(library: str, name: str, config: dict) -> str:
    if library == "torchvision":
        made = f'model = models.get_model("{name}", num_classes=len(labels), weights=None)\n'
    elif _timm_reads_it(config):
        file = 'checkpoint_path=here / "model.safetensors"'
        made = f'model = timm.create_model("{name}", num_classes=len(labels), {file})\n'
    else:
        made = f'model = timm.create_model("{name}", num_classes=len(labels))\n'
    return f"{made.rstrip()}.eval()\n"


def _of_text(backbone: TextBackbone, config: dict) -> str:
    doc = '"""Names texts: python predict.py text.txt ... (needs torch and transformers)."""\n\n'
    imports = "\nimport torch\nfrom safetensors.torch import load_file\n"
    imports += "from transformers import AutoConfig, AutoModel, AutoTokenizer\n\n"
    whole = config["network"]["whole"]
    said = "model(**tokens)" if whole else "model(**tokens, output_hidden_states=True)"
    states = ".last_hidden_state" if whole else f".hidden_states[{len(backbone.stages) - 1}]"
    _, _, loop = _loop("", f"{said}{states}.float().mean(dim=1)").partition("\n\n")
    body = _WITH_STATE + _adapters(config) + _TEXT.replace("TOKENS", str(config["input"]["tokens"])) + loop
    return doc + _IMPORTS + imports + body
