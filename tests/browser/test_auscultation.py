"""What a microphone hears of a chest comes out at the other end."""

import array
import math
import wave

import pytest

from tests.browser.pages import until
from tests.browser.talk import AUSCULTATION, another_chromium, press, talk

# How loud two deep tones come out at the other end, in decibels.
HEARD = """() => {
  const { srcObject } = document.querySelector('[data-part=voice]')
  if (globalThis.heard !== srcObject) {
    globalThis.heard = srcObject
    const context = new AudioContext()
    const options = { fftSize: 32768, smoothingTimeConstant: 0 }
    globalThis.ear = new AnalyserNode(context, options)
    context.createMediaStreamSource(srcObject).connect(globalThis.ear)
  }
  const { ear } = globalThis
  const levels = new Float32Array(ear.frequencyBinCount)
  ear.getFloatFrequencyData(levels)
  const bin = (tone) => Math.round((tone * ear.fftSize) / ear.context.sampleRate)
  return [40, 100].map((tone) => Math.max(...levels.slice(bin(tone) - 2, bin(tone) + 3)))
}"""
IS_GONE = f"() => ({HEARD})()[0] < -70"
# With the encoder set for telephony the deeper one would come 8 dB lower.
IS_WHOLE = f"""() => {{
  const [deep, other] = ({HEARD})()
  return deep > -50 && Math.abs(deep - other) < 3
}}"""


def write_tones(path) -> None:
    """Write a second of two tones as deep as a heart's, which a fake microphone repeats."""
    rate = 48_000
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        turns = (2 * math.pi * moment / rate for moment in range(rate))
        sums = (math.sin(40 * turn) + math.sin(100 * turn) for turn in turns)
        file.writeframes(
            array.array("h", (round(2600 * one) for one in sums)).tobytes()
        )


@pytest.fixture
async def humming(program, stage, tmp_path):
    """Two who talk, and the station's microphone hears two deep tones."""
    write_tones(tmp_path / "tones.wav")
    hears = f"--use-file-for-fake-audio-capture={tmp_path / 'tones.wav'}"
    async with (
        another_chromium(hears) as browser,
        talk(program, stage, browser) as both,
    ):
        yield both


async def test_what_is_deeper_than_speech_is_heard_in_auscultation_alone(
    humming, program
):
    binh, minh = humming
    for down, comes in ((True, IS_WHOLE), (False, IS_GONE), (True, IS_WHOLE)):
        await press(binh, AUSCULTATION, down=down)
        assert await until(minh, comes), await minh.evaluate(HEARD)
    assert program.errors == []
