"""What an engine says when it cannot be run here."""


class EngineRefusal(Exception):
    """A stable code for programs and one sentence that tells a person what to do."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(f"{sentence} [{code}]")
        self.code = code
        self.sentence = sentence
