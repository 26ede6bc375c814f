"""Tools and their calls in every format: texts of ShareGPT, parts of Gemini's and Bedrock's contents."""

import json

import pytest

import ftlint

SCHEMA = {"type": "object", "properties": {"port": {"type": "string"}}, "required": ["port"]}
FITTING = {"port": "Oslo"}
SHARE = "/conversations/1/value"
GEMINI = "/contents/1/parts/0/functionCall"
SNAKE = "/contents/1/parts/0/function_call"
USE = "/messages/1/content/0/toolUse"


def sharegpt(call, *, schema=SCHEMA):
    turns = [("human", "Tide?"), ("function_call", call), ("observation", "high"), ("gpt", "It is high.")]
    tools = json.dumps([{"name": "tide", "parameters": schema}])
    return {"conversations": [{"from": role, "value": text} for role, text in turns], "tools": tools}


def sharegpt_call(name="tide", arguments=FITTING, **more):
    return sharegpt(json.dumps({"name": name, "arguments": arguments}), **more)


def gemini(call, *, kind="OBJECT"):
    parameters = {"type": kind, "properties": {"port": {"type": "STRING", "nullable": True}}, "required": ["port"]}
    return {
        "contents": [
            {"role": "user", "parts": [{"text": "Tide?"}]},
            {"role": "model", "parts": [{"functionCall": call}]},
            {"role": "function", "parts": [{"functionResponse": {"name": "tide", "response": {"tide": "high"}}}]},
            {"role": "model", "parts": [{"text": "High."}]},
        ],
        "tools": [{"functionDeclarations": [{"name": "tide", "parameters": parameters}, {"name": "now"}]}],
    }


def converse(*, answer="t1", schema=SCHEMA, **more):
    use = {"toolUseId": "t1", "name": "tide", "input": FITTING, **more}
    result = {"toolResult": {"toolUseId": answer, "content": [{"text": "high"}]}}
    return {
        "schemaVersion": "bedrock-conversation-2024",
        "toolConfig": {"tools": [{"toolSpec": {"name": "tide", "inputSchema": {"json": schema}}}]},
        "messages": [
            {"role": "user", "content": [{"text": "Tide?"}]},
            {"role": "assistant", "content": [{"toolUse": use}]},
            {"role": "user", "content": [result]},
            {"role": "assistant", "content": [{"text": "High."}]},
        ],
    }


def renamed(record):
    """Return a record of Gemini's with the names of its other interface."""
    names = {
        "functionCall": "function_call",
        "functionResponse": "function_response",
        "functionDeclarations": "function_declarations",
    }
    text = json.dumps(record)
    for old, new in names.items():
        text = text.replace(old, new)
    return json.loads(text)


SCHEMAS = [
    ({"type": "STRING", "nullable": True, "enum": ["x"]}, None),
    ({"anyOf": [{"type": "STRING"}, {"type": "INTEGER"}], "nullable": True}, None),
    ({"type": "STRING", "maxLength": "64"}, "x"),
    ({"type": "OBJECT", "properties": {"nullable": {"type": "BOOLEAN"}}, "required": ["nullable"]}, {"nullable": True}),
    ({"type": "ARRAY", "items": {"type": "STRING"}, "minItems": "1"}, ["x"]),
]


@pytest.mark.parametrize(("schema", "value"), SCHEMAS)
def test_schemas_of_gemini_are_read_as_it_reads_them(schema, value):
    record = gemini({"name": "tide", "args": {"port": value}})
    record["tools"][0]["functionDeclarations"][0]["parameters"]["properties"]["port"] = schema
    assert not [one for one in ftlint.check([record]).findings if one.code == "TUL004"]


def test_a_call_of_a_custom_tool_is_a_call():
    call = {"id": "c1", "type": "custom", "custom": {"name": "sql", "input": "select 1"}}
    answers = [{"role": "tool", "tool_call_id": "c1", "content": "1"}, {"role": "assistant", "content": "One."}]
    talk = [{"role": "user", "content": "q"}, {"role": "assistant", "tool_calls": [call]}, *answers]
    tools = [{"type": "custom", "custom": {"name": "sql"}}]
    assert not [one for one in ftlint.check([{"messages": talk, "tools": tools}]).findings if one.code[:3] == "TUL"]


CASES = [
    ("sharegpt", sharegpt_call(), []),
    ("sharegpt: several calls", sharegpt(json.dumps([{"name": "tide", "arguments": FITTING}] * 2)), []),
    ("sharegpt: arguments as text", sharegpt_call(arguments=json.dumps(FITTING)), []),
    ("sharegpt: no JSON", sharegpt('{"name": "tide", "arguments": {port: Oslo}}'), [("TUL001", SHARE)]),
    ("sharegpt: no arguments", sharegpt('{"name": "tide"}'), [("TUL001", SHARE)]),
    ("sharegpt: another tool", sharegpt_call("tides"), [("TUL002", SHARE)]),
    ("sharegpt: broken schema", sharegpt_call(arguments={"town": "Oslo"}), [("TUL004", SHARE)]),
    ("sharegpt: invalid schema", sharegpt_call(schema={"type": "dict"}), [("TUL004", "/tools")]),
    (
        "sharegpt: a thought before the call",
        sharegpt(f"<think>hm</think>{json.dumps({'name': 'tide', 'arguments': FITTING})}"),
        [],
    ),
    ("gemini: in snake case", renamed(gemini({"name": "tides", "args": FITTING})), [("TUL002", f"{SNAKE}/name")]),
    ("gemini", gemini({"name": "tide", "args": FITTING}), []),
    ("gemini: a null that is allowed", gemini({"name": "tide", "args": {"port": None}}), []),
    ("gemini: no arguments, which it may have not", gemini({"name": "now"}), []),
    ("gemini: another tool", gemini({"name": "tides", "args": FITTING}), [("TUL002", f"{GEMINI}/name")]),
    ("gemini: arguments as text", gemini({"name": "tide", "args": json.dumps(FITTING)}), [("TUL001", f"{GEMINI}/args")]),
    ("gemini: broken schema", gemini({"name": "tide", "args": {"port": 3}}), [("TUL004", f"{GEMINI}/args")]),
    (
        "gemini: invalid schema",
        gemini({"name": "tide", "args": FITTING}, kind="DICT"),
        [("TUL004", "/tools/0/functionDeclarations/0/parameters")],
    ),
    ("converse", converse(), []),
    ("converse: another tool", converse(name="tides"), [("TUL002", f"{USE}/name")]),
    ("converse: arguments as text", converse(input=json.dumps(FITTING)), [("TUL001", f"{USE}/input")]),
    ("converse: broken schema", converse(input={"town": 1}), [("TUL004", f"{USE}/input")]),
    (
        "converse: another id",
        converse(answer="t2"),
        [("TUL003", f"{USE}/toolUseId"), ("TUL003", "/messages/2/content/0/toolResult/toolUseId")],
    ),
    (
        "converse: invalid schema",
        converse(schema={"type": "dict"}),
        [("TUL004", "/toolConfig/tools/0/toolSpec/inputSchema/json")],
    ),
]


@pytest.mark.parametrize(("record", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_tools_are_judged_in_every_format(record, expected):
    report = ftlint.check([record, record])
    assert not report.failures
    found = [(one.code, one.pointer) for one in report.findings if one.line == 1 and one.code[:3] in {"TUL", "CHT"}]
    assert found == expected


def test_arguments_of_gemini_are_written_as_an_object():
    record = gemini({"name": "tide", "args": json.dumps(FITTING)})
    [fixed], report = ftlint.fix([record], unsafe=True)
    assert fixed == gemini({"name": "tide", "args": FITTING})
    assert report.fixed["TUL001"] == 1


LEGACY = {
    "functions": [{"name": "f"}],
    "messages": [
        {"role": "user", "content": "q"},
        {"role": "assistant", "content": None, "function_call": {"name": "f", "arguments": "{}"}},
        {"role": "function", "name": "f", "content": "1"},
        {"role": "assistant", "content": "ok"},
    ],
}


def changed(at, **members):
    record = json.loads(json.dumps(LEGACY))
    target = record if at is None else record["messages"][at]
    target.update(members)
    return record


@pytest.mark.parametrize(
    "record",
    [
        changed(None, tools=[{"name": "f"}]),
        changed(None, function_call="auto"),
        changed(None, functions=None),
        changed(None, functions=[None, 5]),
        changed(None, functions=[{"type": "function", "function": {"name": "f"}}]),
        changed(1, tool_calls=None),
        changed(1, function_call={"arguments": "{}"}),
        changed(2, tool_call_id="c1"),
        changed(2, name="g"),
        changed(2, name=None),
        changed(2, role="user"),
        changed(3, function_call={}),
        {"messages": [LEGACY["messages"][2], *LEGACY["messages"]]},
    ],
)
def test_a_record_that_would_say_something_else_keeps_its_legacy_calls(record):
    [fixed], report = ftlint.fix([record], unsafe=True, fixable=["TUL005"], select=["TUL"])
    assert not report.failures
    assert fixed == record
    assert all(one.fix is None for one in report.findings if one.code == "TUL005")


def test_repeated_keys_keep_legacy_calls_as_they_are():
    line = json.dumps(LEGACY).replace('"functions"', '"functions": [], "functions"').encode() + b"\n"
    assert ftlint.fix(line, unsafe=True, fixable=["TUL005"], select=["TUL"])[0] == line
