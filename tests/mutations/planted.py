"""The mistakes: one line of the kit each, as a person in a hurry might write it, and the tests that should notice."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Mistake:
    """In ``file`` of the package ``right`` is replaced by ``wrong``; ``tests`` are where it ought to be noticed.

    Where ``claims`` is true, lesson 01's claims are asked, too. ``part`` of the repository is where the file lies.
    """

    name: str
    file: str
    right: str
    wrong: str
    tests: tuple[str, ...]
    claims: bool = False
    part: str = "tlkit"

    @property
    def path(self) -> str:
        """The file's place in the repository."""
        return f"{self.part}/{self.file}"


TRAINING, STRATEGY, METHOD = "methods/test_training.py", "methods/test_finetuning.py", "methods/test_method.py"
PROBE = "methods/test_linear_probe.py"
COMPARE, RUNNER, RESULTS = "experiments/test_compare.py", "experiments/test_runner.py", "experiments/test_results.py"
TASK, CLAIMS, SEEDS = "datasets/test_task.py", "experiments/test_claims.py", "test_seeding.py"
FROZEN, PROMPTS, LORA = "methods/test_frozen_features.py", "methods/test_prompting.py", "methods/test_lora.py"
LAYERS, ALIKE, VISION = "analysis/test_layers.py", "analysis/test_similarity.py", "models/test_pretrained_vision.py"
LANGUAGE, READERS, WEIGHTS = (
    "models/test_language_model.py", "models/test_transformer.py", "models/test_weights.py",
)  # fmt: skip
NOTES, PAIRS, TELL, TEXTS = (
    "datasets/test_notes.py", "datasets/test_pairs.py", "datasets/test_shortcut.py", "datasets/test_texts.py",
)  # fmt: skip
LETTERS, LANGUAGES = "methods/test_next_character.py", "datasets/test_languages.py"
FORGET, DRIFT, RULE = (
    "analysis/test_forgetting.py", "analysis/test_batchnorm.py", "analysis/test_written_rule.py",
)  # fmt: skip
COUNTED, JOURNAL, FIGURES = (
    "experiments/test_text_baseline.py", "experiments/test_journal.py", "experiments/test_measured.py",
)  # fmt: skip

MISTAKES = [
    # --- what learns, and what must not ---
    Mistake("frozen stages learn", "methods/finetuning.py",
            "frozen = self._unchanging(model.backbone, phase)", "frozen = 0", (STRATEGY, METHOD, TRAINING), True),
    Mistake("nothing is put back into evaluation mode", "methods/training.py",
            "backbone.requires_grad_(True).eval()", "backbone.requires_grad_(True)", (TRAINING, STRATEGY), True),
    Mistake("the network trains without its dropout", "methods/training.py",
            "backbone.train(not lora.is_adapted(backbone))", "backbone.eval()", (TRAINING, LORA)),
    Mistake("the first stages learn, and the last are frozen", "methods/training.py",
            "for stage in backbone.stages[:frozen]:", "for stage in backbone.stages[len(backbone.stages) - frozen:]:",
            (TRAINING, STRATEGY)),
    Mistake("one stage too few is frozen", "methods/finetuning.py",
            "return stages - phase.learn", "return max(0, stages - phase.learn - 1)", (STRATEGY, TRAINING)),
    Mistake("BatchNorm follows the few examples after all", "methods/training.py",
            "if not statistics:", "if statistics:", (TRAINING, STRATEGY)),
    Mistake("beside adapters all weights learn", "methods/lora.py",
            'parameter.requires_grad_(parameter.requires_grad and ".lora_" in name)', "pass", (LORA,)),
    Mistake("adapters begin as noise", "methods/lora.py",
            "target_modules=chosen, fan_in_fan_out=turned)",
            "target_modules=chosen, fan_in_fan_out=turned, init_lora_weights=False)", (LORA,)),
    Mistake("adapters go into the first blocks", "methods/lora.py",
            '>= first]', '< len(backbone.stages) - first]', (LORA,)),
    Mistake("the gradients of all steps pile up", "methods/training.py",
            "            optimiser.zero_grad()\n", "", (TRAINING, STRATEGY), True),
    Mistake("the head does not learn", "methods/training.py",
            '{"params": list(model.head.parameters()), "lr":', '{"params": [], "lr":', (TRAINING, STRATEGY)),
    Mistake("early stages learn faster than late ones", "methods/training.py",
            "rate *= phase.layer_decay", "rate /= phase.layer_decay", (TRAINING,)),
    Mistake("ten times the rate", "methods/training.py",
            "rate = getattr(rates, phase.rate) if named else phase.rate",
            "rate = 10 * (getattr(rates, phase.rate) if named else phase.rate)", (TRAINING,), True),
    Mistake("the rate never comes down", "methods/training.py",
            "return 0.5 + 0.5 * math.cos(math.pi * (step - warm) / max(1, steps - warm))", "return 1.0", (TRAINING,)),
    Mistake("the rate is not warmed up", "methods/training.py",
            "return (step + 1) / warm", "return 1.0", (TRAINING,)),
    Mistake("every batch is the same", "methods/training.py",
            "rows, order = order[: count * size], order[count * size :]", "rows = order[: count * size]", (TRAINING,)),
    # --- where it begins ---
    Mistake("scratch begins with the source", "methods/finetuning.py",
            'if self.body == "source":\n            backbone', 'if self.body:\n            backbone',
            (STRATEGY,), True),
    Mistake("full fine-tuning begins at random", "methods/finetuning.py",
            "backbone = source.backbone.copy(shared=shared)", "backbone = random_twin(source.backbone, target, seed)",
            (STRATEGY, COMPARE), True),
    Mistake("the source itself is tuned", "methods/finetuning.py",
            "backbone = source.backbone.copy(shared=shared)", "backbone = source.backbone", (STRATEGY, COMPARE)),
    Mistake("the random control is the source", "experiments/runner.py",
            'if body == "random":', 'if body == "other":', (RUNNER, STRATEGY, COMPARE), True),
    Mistake("the control is the same random network for every seed", "methods/finetuning.py",
            'stream(seed, "target", backbone.name, target.name)', 'stream(0, "target", backbone.name, target.name)',
            (STRATEGY, RUNNER, COMPARE)),
    Mistake("source and new head share a seed", "methods/finetuning.py",
            'stream(seed, "target head", target.name)', 'stream(seed, "source head", target.name)', (STRATEGY, SEEDS)),
    Mistake("one seed for all purposes", "seeding.py",
            'text = "\\0".join([str(seed), *map(str, purpose)])', "text = str(seed)", (SEEDS, STRATEGY)),
    Mistake("the head is not fitted before all is tuned", "methods/finetuning.py",
            'phases = Phase(0), Phase(None, "tuning"', 'phases = Phase(None, "tuning"', (STRATEGY, METHOD)),
    Mistake("head first tunes at a new head's rate", "methods/finetuning.py",
            'phases = Phase(0), Phase(None, "tuning"', 'phases = Phase(0), Phase(None, "scratch"', (STRATEGY,), True),
    Mistake("the kept head is a new one", "methods/finetuning.py",
            'return Finetuning("keep", "all of it learns, with the source\'s head", (phase,), head="source")',
            'return Finetuning("keep", "all of it learns, with the source\'s head", (phase,))', (STRATEGY,)),
    Mistake("every seed has the same teacher", "experiments/source.py",
            "seed=seed, steps=self.steps, on_event=on_event)", "seed=self.seed, steps=self.steps, on_event=on_event)",
            (COMPARE, STRATEGY, RUNNER)),
    Mistake("the teacher forgets its own luck", "experiments/source.py",
            'backbone.fresh(stream(seed, "source", backbone.name, task.name))',
            'backbone.fresh(stream(0, "source", backbone.name, task.name))', (COMPARE, STRATEGY, RUNNER)),
    # --- which examples ---
    Mistake("test rows are in the training", "experiments/source.py",
            "model, task.train, phase, frozen=0", "model, task.test, phase, frozen=0", (COMPARE, STRATEGY, TRAINING)),
    Mistake("the labelled examples are drawn from the test", "methods/method.py",
            "return self.target.train.take(self.rows)", "return self.target.test.take(self.rows)",
            (STRATEGY, METHOD, COMPARE)),
    Mistake("the head is fitted on other rows' labels", "methods/frozen_body.py",
            "case.target.train.labels[case.rows]", "case.target.train.labels[sorted(case.rows)]",
            (STRATEGY, METHOD), True),
    Mistake("one label more than was asked for", "datasets/task.py",
            "[order[self.train.labels[order] == label][:k]", "[order[self.train.labels[order] == label][: k + 1]",
            (TASK, STRATEGY)),
    Mistake("labelled examples are the same for every seed", "datasets/task.py",
            'draw = np.random.default_rng(stream(check_seed(seed), "shots", self.name))',
            'draw = np.random.default_rng(stream(0, "shots", self.name))', (TASK,)),
    Mistake("shots are drawn without regard to the class", "datasets/task.py",
            "[order[self.train.labels[order] == label][:k] for", "[order[label * k : (label + 1) * k] for", (TASK,)),
    Mistake("more shots share nothing with fewer", "datasets/task.py",
            'stream(check_seed(seed), "shots", self.name)', 'stream(check_seed(seed), "shots", self.name, k)', (TASK,)),
    Mistake("examples are drawn twice", "datasets/task.py",
            "order = draw.permutation(len(self.train))", "order = draw.integers(len(self.train), size=9999)", (TASK,)),
    Mistake("shuffled labels keep their meaning", "datasets/task.py",
            ".permutation(self.train.labels)", ".permutation(1) * 0 + self.train.labels", (TASK,)),
    Mistake("the shuffled task's test is shuffled, too", "datasets/task.py",
            'return replace(self, name=f"{self.name} with shuffled labels", train=train)',
            'return replace(self, name=f"{self.name} with shuffled labels", train=train, test=train)', (TASK,)),
    Mistake("a smaller test takes the rows as they lie", "datasets/task.py",
            'rows = order[np.argsort(turn, kind="stable")[:test]]', "rows = np.arange(test)", (TASK,)),
    Mistake("the octave of the labels is in the test", "datasets/notes.py",
            "test.take(~_in_lesson_octave(test))", "test", (NOTES,)),
    Mistake("notes are named by octave", "datasets/notes.py",
            "return Examples(data[\"pictures\"][rows], pitch % 12, tags)",
            "return Examples(data[\"pictures\"][rows], pitch // 12, tags)", (NOTES,)),
    Mistake("test and training notes are swapped", "datasets/notes.py",
            'rows = data["test"] == test', 'rows = data["test"] != test', (NOTES,)),
    Mistake("odd and even are swapped", "datasets/pairs.py",
            "(left + right) % 2 == 0)", "(left + right) % 2 == 1)", (PAIRS,)),
    Mistake("the pairs of the test are those of the training", "datasets/pairs.py",
            "digits = getattr(images.load(\"digits\"), part)", "digits = images.load(\"digits\").train", (PAIRS,)),
    Mistake("the tell says nothing of the class", "datasets/shortcut.py",
            "lit = ((examples.labels + 1) >> bit & 1)", "lit = ((examples.labels * 0 + 1) >> bit & 1)", (TELL,)),
    # --- what is remembered ---
    Mistake("features are those of another stage", "methods/frozen_body.py",
            "given = features.learnt(rows, stop)", "given = features.learnt(rows, max(1, stop - 1))",
            (STRATEGY, FROZEN)),
    Mistake("labelled rows are mixed up with those planned", "methods/body_features.py",
            "return self._learnt[stop][np.searchsorted(self._planned, rows)]",
            "return self._learnt[stop][: len(rows)]", (FROZEN, COMPARE, RUNNER)),
    Mistake("a head is held down twice as hard", "methods/linear_probe.py",
            "strength = strength / 2 if classes == 2 else strength", "strength = strength / 2",
            (PROBE,)),
    Mistake("features are not standardised", "methods/linear_probe.py",
            "    scaled /= deviation\n", "", (PROBE, TRAINING)),
    Mistake("a head is stopped early", "methods/linear_probe.py",
            "if promised <= DONE * loss:\n            break", "if promised <= loss:\n            break", (PROBE,)),
    Mistake("changed weights meet what was remembered", "methods/fingerprint.py",
            "own = state_digest(stage, repr(stage)).encode()", "own = repr(stage).encode()", (FROZEN,)),
    Mistake("changed items meet what was remembered", "methods/fingerprint.py",
            "return [hashlib.blake2b(row, digest_size=16, key=kind[:64]).digest() for row in rows]",
            "return [hashlib.blake2b(row[:1], digest_size=16, key=kind[:64]).digest() for row in rows]", (FROZEN,)),
    Mistake("a tuned network is tested by what it said before", "methods/finetuning.py",
            "same = same if phase.rate is None else min(same, frozen)", "same = stages", (STRATEGY, TRAINING), True),
    Mistake("rows come out in the order of their lengths", "models/backbone.py",
            "order = np.argsort(np.concatenate(rows))", "order = np.arange(sum(map(len, rows)))",
            (LANGUAGE, READERS, FROZEN)),
    Mistake("what fills a block up is counted", "models/backbone.py",
            "self.pool(activations)[: len(block.rows)]", "self.pool(activations)[: max(len(block.rows), 2)]",
            (FROZEN, STRATEGY)),
    Mistake("a network looks in training mode", "models/backbone.py",
            "    backbone.eval()\n    try:", "    backbone.train()\n    try:", (FROZEN, STRATEGY, TRAINING)),
    Mistake("padding is read as words", "models/sequences.py",
            "return (states.values.float() * mask).sum(dim=1) / mask.sum(dim=1).clamp(min=1)",
            "return states.values.float().mean(dim=1)", (READERS, LANGUAGE, FROZEN)),
    # --- what is counted ---
    Mistake("the least likely class is named", "datasets/task.py",
            "return float((chances.argmax(axis=1) == labels).mean())",
            "return float((chances.argmin(axis=1) == labels).mean())", (STRATEGY, RUNNER, COMPARE), True),
    Mistake("classes are counted under another's name", "datasets/task.py",
            "return tuple(zip(classes, named.tolist(), there.tolist(), strict=True))",
            "return tuple(zip(classes[::-1], named.tolist(), there.tolist(), strict=True))",
            (RUNNER, RESULTS, STRATEGY)),
    Mistake("a key does not know the steps", "experiments/question.py",
            "about, rates, int(shots), seed, steps])", "about, rates, int(shots), seed])", (COMPARE, RUNNER, JOURNAL)),
    Mistake("a key does not know the strategy", "experiments/question.py",
            "digest([strategy.recipe(), taught,", "digest([taught,", (COMPARE, RUNNER)),
    Mistake("a key does not know the teacher", "experiments/question.py",
            "digest([strategy.recipe(), taught, about", "digest([strategy.recipe(), about", (COMPARE, RUNNER)),
    Mistake("saved figures do not know their seed", "experiments/measured.py",
            "key = digest([*about, seed])", "key = digest([*about])", (FIGURES,)),
    Mistake("a gain is taken the wrong way round", "experiments/results.py",
            "difference = self.accuracy(strategy, shots=shots) - self.accuracy(over, shots=shots)",
            "difference = self.accuracy(over, shots=shots) - self.accuracy(strategy, shots=shots)", (RESULTS,), True),
    Mistake("gains are not paired by seed", "estimate.py",
            "gaps = {seed: self.by_seed[seed] - other.by_seed[seed] for seed in seeds}",
            "gaps = {seed: self.by_seed[seed] - other.mean for seed in seeds}", (RESULTS, CLAIMS)),
    Mistake("n for n - 1", "estimate.py",
            "statistics.stdev(self.values) / n**0.5", "statistics.pstdev(self.values) / n**0.5", (CLAIMS, RESULTS)),
    Mistake("the normal's interval on five seeds", "estimate.py",
            "return float(t.ppf((1 + CONFIDENCE) / 2, n - 1))", "return 1.96", (CLAIMS, RESULTS)),
    Mistake("the mean alone must clear the margin", "estimate.py",
            "self.holds_for(e.low, e.high)", "self.holds_for(e.mean, e.mean)", (CLAIMS,)),
    Mistake("one check is enough for a claim", "experiments/claims.py",
            "else max(found, key=list(Verdict).index)", "else min(found, key=list(Verdict).index)", (CLAIMS,)),
    Mistake("a claim that is not shown passes", "experiments/claims.py",
            "if not (judged.holds or (fresh_seeds() and judged.verdict is Verdict.NOT_SHOWN)):",
            "if judged.verdict is Verdict.CONTRADICTED:", (CLAIMS,)),
    Mistake("nothing fails on fresh seeds", "experiments/claims.py",
            "if not (judged.holds or (fresh_seeds() and judged.verdict is Verdict.NOT_SHOWN)):",
            "if not (judged.holds or fresh_seeds()):", (CLAIMS,)),
    Mistake("replication draws with the mean of all", "experiments/replication.py",
            "half = t_quantile(DRAW) * drawn.std(axis=1, ddof=1) / DRAW**0.5",
            "half = t_quantile(DRAW) * drawn.std(axis=1) / DRAW**0.5", (CLAIMS,)),
    Mistake("fresh seeds are not asked", "seeding.py",
            "return parse_seeds(fresh_seeds()) if fresh_seeds() else tuple(range(count))", "return tuple(range(count))",
            (SEEDS, FIGURES)),
    # --- words ---
    Mistake("the answer's first token alone is scored", "methods/answer_scores.py",
            "float(log_probs[range(-len(answer), 0), answer].sum())",
            "float(log_probs[range(-len(answer), 0), answer][0])", (PROMPTS, LANGUAGE)),
    Mistake("calibration multiplies", "methods/prompting.py",
            "scores = scores - self._without_text()", "scores = scores + self._without_text()", (PROMPTS,)),
    Mistake("every order of the examples is the same", "methods/prompting.py",
            'luck = stream(case.seed, "prompt order", case.target.name, self.order)', "luck = 0", (PROMPTS,)),
    Mistake("words are counted in the test", "methods/tfidf.py",
            "model = fit_counts(examples, self.most)", "model = fit_counts(case.target.test, self.most)", (COUNTED,)),
    Mistake("the least telling words are kept", "methods/tfidf.py",
            'np.argsort(-differ, kind="stable")', 'np.argsort(differ, kind="stable")', (COUNTED,)),
    Mistake("counts are asked what they know by heart", "methods/next_character.py",
            "Counts([text[:start], text[stop:]]).likelihoods", "Counts([text]).likelihoods", (LETTERS,)),
    Mistake("a relative has read the test", "datasets/languages.py",
            "if number not in TEST_ARTICLES]", "]", (LANGUAGES,)),
    # --- what is looked into ---
    Mistake("the cut is chosen by the test", "analysis/layers.py",
            "lesson = target.shots(shots, seed=seed)", "lesson = target.test", (LAYERS,)),
    Mistake("agreement is not centred", "analysis/similarity.py",
            "return features - features.mean(axis=0)", "return features", (ALIKE, LAYERS)),
    Mistake("forgetting is asked of the target", "analysis/forgetting.py",
            "return Classifier(body, source.model.head).accuracy(source.task.test)",
            "return Classifier(body, source.model.head).accuracy(source.task.train)", (FORGET,)),
    Mistake("the cured network drifts, too", "analysis/batchnorm.py",
            "body.train(not eval_mode)(inputs)", "body.train()(inputs)", (DRIFT,)),
    Mistake("a rule reads right for left", "analysis/written_rule.py",
            "left, right = np.split(", "right, left = np.split(", (RULE,)),
]  # fmt: skip
