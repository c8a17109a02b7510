"""Which elements and attributes exist, and what may stand in what.

Twilio's own lists: https://www.twilio.com/docs/voice/twiml and https://www.twilio.com/docs/messaging/twiml
"""

from dataclasses import dataclass
from typing import Final

SSML: Final = frozenset({"break", "emphasis", "lang", "p", "phoneme", "prosody", "s", "say-as", "sub", "w"})


@dataclass(frozen=True, slots=True)
class Rule:
    """What an element may carry."""

    attributes: frozenset[str] = frozenset()
    children: frozenset[str] = frozenset()
    text: bool = False


def _rule(attributes: str = "", children: str = "", text: bool = False) -> Rule:
    return Rule(frozenset(attributes.split()), frozenset(children.split()), text)


_CALLBACK: Final = "url method statusCallbackEvent statusCallback statusCallbackMethod"
_DETECTION: Final = (
    "machineDetection amdStatusCallbackMethod amdStatusCallback machineDetectionTimeout"
    " machineDetectionSpeechThreshold machineDetectionSpeechEndThreshold machineDetectionSilenceTimeout"
)
_RECORDING: Final = (
    "recordingStatusCallback recordingConfigurationId recordingStatusCallbackMethod"
    " recordingStatusCallbackEvent"
)

VOICE: Final[dict[str, Rule]] = {
    "Response": _rule(
        children="Say Play Gather Dial Record Pause Redirect Hangup Reject Enqueue Leave Sms Refer"
    ),
    "Say": Rule(frozenset({"voice", "loop", "language"}), SSML, True),
    "Play": _rule("loop digits", text=True),
    "Gather": _rule(
        "input action method timeout speechTimeout maxSpeechTime profanityFilter finishOnKey numDigits"
        " partialResultCallback partialResultCallbackMethod language hints bargeIn debug actionOnEmptyResult"
        " speechModel enhanced",
        "Say Play Pause",
    ),
    "Dial": _rule(
        "action method timeout hangupOnStar timeLimit callerId record trim answerOnBridge ringTone"
        f" recordingTrack sequential referUrl referMethod events passports {_RECORDING}",
        "Number Queue Client Conference Sip Sim Application WhatsApp",
        text=True,
    ),
    "Number": _rule(f"sendDigits byoc {_CALLBACK} {_DETECTION}", text=True),
    "Queue": _rule("url method reservationSid postWorkActivitySid", text=True),
    "Client": _rule(_CALLBACK, "Identity Parameter", text=True),
    "Identity": _rule(text=True),
    "Conference": _rule(
        "muted beep startConferenceOnEnter endConferenceOnExit waitUrl waitMethod maxParticipants record"
        " region coach trim statusCallbackEvent statusCallback statusCallbackMethod eventCallbackUrl"
        " jitterBufferSize"
        f" participantLabel {_RECORDING}",
        text=True,
    ),
    "Sip": _rule(f"username password {_CALLBACK} {_DETECTION}", "Uri Headers", text=True),
    "Uri": _rule("priority weight username password", text=True),
    "Headers": _rule(),
    "Sim": _rule(text=True),
    "Application": _rule(f"customerId copyParentTo {_CALLBACK}", "ApplicationSid Parameter", text=True),
    "ApplicationSid": _rule(text=True),
    "WhatsApp": _rule(_CALLBACK, text=True),
    "Record": _rule(
        "action method timeout finishOnKey maxLength playBeep trim transcribe transcribeCallback "
        f"{_RECORDING}"
    ),
    "Pause": _rule("length"),
    "Redirect": _rule("method", text=True),
    "Hangup": _rule(children="Parameter"),
    "Reject": _rule("reason", "Parameter"),
    "Parameter": _rule("name value"),
    "Enqueue": _rule("action maxQueueSize method waitUrl waitUrlMethod workflowSid", "Task", text=True),
    "Task": _rule("priority timeout", text=True),
    "Leave": _rule(),
    "Sms": _rule("to from action method statusCallback", text=True),
    "Refer": _rule("action method", "Sip ReferSip"),
    "ReferSip": _rule(text=True),
    "break": _rule("strength time"),
    "emphasis": Rule(frozenset({"level"}), SSML, True),
    "lang": Rule(frozenset({"{http://www.w3.org/XML/1998/namespace}lang"}), SSML, True),
    "p": Rule(frozenset(), SSML, True),
    "s": Rule(frozenset(), SSML, True),
    "phoneme": _rule("alphabet ph", text=True),
    "prosody": Rule(frozenset({"volume", "rate", "pitch"}), SSML, True),
    "say-as": _rule("interpret-as format", text=True),
    "sub": _rule("alias", text=True),
    "w": _rule("role", text=True),
}

MESSAGING: Final[dict[str, Rule]] = {
    "Response": _rule(children="Message Redirect"),
    "Message": _rule("to from action method statusCallback", "Body Media", text=True),
    "Body": _rule(text=True),
    "Media": _rule(text=True),
    "Redirect": _rule("method", text=True),
}

# A whisper runs on the called party before the bridge. https://www.twilio.com/docs/voice/twiml/number
WHISPER_VERBS: Final = frozenset({"Say", "Play", "Gather", "Pause", "Redirect", "Hangup"})
# What someone waiting in a queue may hear. https://www.twilio.com/docs/voice/twiml/enqueue
WAIT_VERBS: Final = frozenset({"Say", "Play", "Gather", "Pause", "Redirect", "Hangup", "Leave"})
NESTING_CODES: Final = {"Gather": 13320}  # "Gather: Invalid nested verb"; all else is a schema fault, 12200

_BOOLEAN: Final = frozenset({"true", "false"})
_METHOD: Final = frozenset({"GET", "POST"})
CHOICES: Final[dict[str, frozenset[str]]] = {
    "method": _METHOD,
    "waitUrlMethod": _METHOD,
    "recordingStatusCallbackMethod": _METHOD,
    "statusCallbackMethod": _METHOD,
    "actionOnEmptyResult": _BOOLEAN,
    "bargeIn": _BOOLEAN,
    "hangupOnStar": _BOOLEAN,
    "answerOnBridge": _BOOLEAN,
    "sequential": _BOOLEAN,
    "playBeep": _BOOLEAN,
    "trim": frozenset({"trim-silence", "do-not-trim"}),
    "reason": frozenset({"rejected", "busy"}),
    "input": frozenset({"dtmf", "speech", "dtmf speech", "speech dtmf"}),
    "record": frozenset(
        {
            "do-not-record",
            "record-from-answer",
            "record-from-ringing",
            "record-from-answer-dual",
            "record-from-ringing-dual",
        }
    ),
}
# Whole numbers and their bounds.
BOUNDS: Final[dict[tuple[str, str], tuple[int, int]]] = {
    ("Say", "loop"): (0, 1000),
    ("Play", "loop"): (0, 1000),
    ("Pause", "length"): (0, 86_400),
    ("Gather", "timeout"): (0, 3600),
    ("Gather", "numDigits"): (1, 1000),
    ("Dial", "timeout"): (1, 600),
    ("Dial", "timeLimit"): (1, 86_400),
    ("Record", "timeout"): (0, 3600),
    ("Record", "maxLength"): (1, 86_400),
    ("Enqueue", "maxQueueSize"): (1, 5000),
}

# The voices of our languages and the one language each speaks. 13512 otherwise.
_POLLY: Final[dict[str, str]] = {
    "en-US": "Joanna Matthew Ruth Stephen Danielle Gregory Kendra Kimberly Salli Joey Justin Kevin Ivy",
    "es-MX": "Mia Andres Mía",
    "es-US": "Lupe Penelope Miguel Pedro",
    "es-ES": "Lucia Sergio Conchita Enrique",
}
VOICE_LANGUAGES: Final[dict[str, str]] = {
    f"Polly.{name}": language for language, names in _POLLY.items() for name in names.split()
}
