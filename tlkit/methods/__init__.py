"""How a network is adapted: strategies, heads, training, LoRA, prompting, and what frozen stages compute, kept."""
