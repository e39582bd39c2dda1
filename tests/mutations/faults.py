"""Faults of lessons and pages: what a hurried edit, a wrong save or a careless widget would do to readers.

Each is planted like a mistake, and names the one test that should notice it, or the notebook that should fail.
"""

from __future__ import annotations

from .planted import Mistake

BOOKS, TEN_PAGES = "test_notebooks.py", "notebooks/17-a-robot.ipynb"
ANSWERS, GRADING, CLASS = "exercises/test_answers.py", "exercises/test_grading.py", "commands/test_class.py"
PAGE, CAMERA, SITE = "pages/test_lesson.py", "pages/test_camera.py", "browser/test_site.py"
BASE, QUIZ, SOUND = "widgets/test_base.py", "widgets/test_quiz.py", "widgets/test_sound.py"


def stored(name: str, file: str, right: str, wrong: str, *tests: str) -> Mistake:
    """A fault in a notebook or a page for teachers, as it lies on the disk."""
    return Mistake(name, file, right, wrong, tests, part="notebooks")


FAULTS = [
    # --- lessons as they are saved ---
    stored("a saved output is not what its cell gives", "00-start-here.ipynb",
           "Everything that the lessons need is here.", "Nearly everything that the lessons need is here.",
           "../notebooks/00-start-here.ipynb"),
    stored("a claim asks for more than its evidence bears", "17-a-robot.ipynb",
           'arrives[\\"scratch\\"] - arrives[\\"full\\"] > 0,', 'arrives[\\"scratch\\"] - arrives[\\"full\\"] > 500,',
           f"../{TEN_PAGES}"),
    stored("a claim on the page is not shown", "17-a-robot.ipynb",
           "7 hold, 0 not shown", "6 hold, 1 not shown", f"{BOOKS}::test_a_lesson_ends_with_its_verdicts"),
    stored("an output names somebody's machine", "01-piano-to-guitar.ipynb",
           '"1,164 of 73,932 weights learnt', '"/home/ann: 1,164 of 73,932 weights learnt',
           f"{BOOKS}::test_no_output_warns_fails_or_names_a_machine"),
    stored("a page is saved with the state of its widgets", "00-start-here.ipynb",
           '"kernelspec": {', '"widgets": {}, "kernelspec": {',
           f"{BOOKS}::test_it_is_stored_as_it_ran_from_top_to_bottom"),
    stored("a cell is saved before it ran", "01-piano-to-guitar.ipynb",
           '"execution_count": 10,', '"execution_count": null,',
           f"{BOOKS}::test_it_is_stored_as_it_ran_from_top_to_bottom"),
    stored("a lesson links a file that is not there", "12-fraud.ipynb",
           "](../data/payments/README.md)", "](../data/payment/README.md)",
           f"{BOOKS}::test_what_a_lesson_links_is_there"),
    stored("a term leads nowhere in the glossary", "17-a-robot.ipynb",
           "glossary.md#jump-start", "glossary.md#jumpstart",
           f"{BOOKS}::test_the_terms_that_a_lesson_links_are_in_the_glossary"),
    stored("a plan for teachers links a lesson that is not there", "teaching/one-day.md",
           "](../03-freeze-or-fine-tune.ipynb)", "](../03-freeze.ipynb)",
           f"{BOOKS}::test_the_pages_for_teachers_link_what_is_there"),
    stored("a plan for teachers quotes what the lesson does not say", "teaching/ninety-minutes.md",
           "`features.shape`", "`features.size`", "test_teaching.py"),
    # --- widgets ---
    Mistake("a callback raises at the end of its slider", "widgets/alarms.py",
            "self._here.set_data([shown.calls] * 2, [0, 1.02])",
            "self._here.set_data([CALLS[CALLS.index(shown.calls) + 1]] * 2, [0, 1.02])",
            ("widgets/test_alarms.py::test_every_control_answers_at_its_ends_in_words_and_picture",)),
    Mistake("a note is drawn from beyond the keyboard", "widgets/transfer.py",
            "place = question, KEYS.index(midi)", "place = question, KEYS.index(midi + 1)",
            ("widgets/test_transfer.py::test_a_move_draws_only_what_it_changes",)),
    Mistake("a lab's picture has no alternative text", "widgets/base.py",
            '<img alt="{html.escape(words)}" src=', "<img src=", (BASE,)),
    Mistake("what a lab says is not escaped", "widgets/base.py",
            'line-height:1.4">{html.escape(text)}</div>', 'line-height:1.4">{text}</div>', (BASE,)),
    Mistake("a label is not escaped", "widgets/quiz.py",
            "<b>{html.escape(self.question.text)}</b>", "<b>{self.question.text}</b>", (QUIZ,)),
    Mistake("a wrong answer is called right", "widgets/quiz.py",
            'mark = "✓" if chosen == self.question.right', 'mark = "✓" if chosen in self.question.answers', (QUIZ,)),
    Mistake("a control is one that arrow keys do not move in Lab", "widgets/base.py",
            "return W.SelectionSlider(options=options", "return W.Dropdown(options=options", (BASE,)),
    Mistake("a line can be moved down by mouse alone", "widgets/parsons.js",
            "{ ArrowUp: -1, ArrowDown: 1 }", "{ ArrowUp: -1 }", ("browser/test_parsons.py",)),
    Mistake("JupyterLab takes the arrow keys of a prediction", "widgets/predict.js",
            '    "data-lm-suppress-shortcuts": "true",', "    //",
            ("browser/test_predict.py::test_every_point_has_a_name_a_value_and_room_for_a_finger",)),
    Mistake("a sound is fetched from another machine", "widgets/sound.py",
            "data:audio/mpeg;base64,{data}", "https://example.org/{data[:9]}.mp3", (SOUND,)),
    Mistake("an answer is told to another machine", "exercises/answers.py",
            "    answers = {kind: known.get(kind, {}) for kind in KINDS}\n",
            "    answers = {kind: known.get(kind, {}) for kind in KINDS}\n"
            "    import contextlib, urllib.request\n"
            "    with contextlib.suppress(OSError):\n"
            "        urllib.request.urlopen('https://example.org/answers', json.dumps(answers).encode(), timeout=1)\n",
            ("test_offline.py",)),
    # --- what readers answered ---
    Mistake("an answer is lost with the kernel", "exercises/answers.py",
            "os.replace(draft, path)", "draft.unlink()",
            (f"{ANSWERS}::test_what_was_kept_comes_back_and_names_nobody",)),
    Mistake("a curve that was drawn after the truth counts", "widgets/predict.py",
            "REVEALED.add(self.name)", "pass", (f"{ANSWERS}::test_a_curve_that_was_drawn_after_the_truth_is_marked",)),
    Mistake("the truth is in the picture that hides it", "commands/class_curves.py",
            '"hidden" if hide else picture.words', "picture.words",
            (f"{CLASS}::test_class_hides_the_answer_while_the_class_still_draws",)),
    Mistake("late curves are the class's, too", "commands/class_curves.py",
            'for record in drawn if not record.get("late"))', "for record in drawn)",
            (f"{CLASS}::test_records_that_somebody_edited_are_left_out_and_late_ones_told",)),
    Mistake("the first verdict counts, not the last", "exercises/grading.py",
            'sheet.passed[str(verdict["exercise"])] = verdict.get("passed") is True',
            'sheet.passed.setdefault(str(verdict["exercise"]), verdict.get("passed") is True)',
            (f"{GRADING}::test_a_verdict_the_last_one_counts",)),
    Mistake("one damaged notebook ends the table of all", "exercises/grading.py",
            "        sheet.problem = str(error)", "        raise",
            (f"{CLASS}::test_grade_is_a_table_with_a_sentence_for_what_is_broken",)),
    # --- pages without a kernel ---
    Mistake("a page asks another machine for its letters", "pages/page.html",
            '<link rel="icon" href="data:,">',
            '<link rel="icon" href="data:,"><link rel="stylesheet" href="https://example.org/letters.css">',
            (f"{PAGE}::test_a_page_loads_nothing",)),
    Mistake("a link has the path of the machine that wrote it", "pages/lesson.py",
            'path = Path("notebooks") / file', 'path = Path.cwd() / "notebooks" / file',
            (f"{PAGE}::test_links_lead_to_pages_or_to_the_repository",)),
    Mistake("a text can end its script", "pages/lesson.py",
            '.replace("</", "<\\\\/")', "", (f"{PAGE}::test_json_cannot_end_its_script",)),
    Mistake("a lab trains while it is recorded", "pages/camera.py",
            "        if not self.lab.must_train:\n            work()", "        work()", (CAMERA,)),
    Mistake("quiet words can't be read in the dark", "pages/page.css",
            "--quiet: #a9b2bd;", "--quiet: #3a424c;", (f"{SITE}::test_axe_finds_nothing_grave[00-dark]",)),
    Mistake("a page is wider than a telephone", "pages/page.css",
            ".scroll {\n  overflow-x: auto;", ".scroll {\n  min-width: 40rem;",
            (f"{SITE}::test_it_fits_a_narrow_window[00]",)),
]  # fmt: skip
