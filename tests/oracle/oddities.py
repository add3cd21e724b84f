"""Values that real files hold and nobody expects: names, numbers, data, times."""

SCREENS = (
    "home", "home", "home", "home", "book:sea", "book:fisk", "book:Ærøskøbing", "film:whales", "film:hval 🐋", "map",
    "kart/Tromsø", "quiz:1", "quiz:2", "quiz:10", "Ω", "ｚ", "😀", "a", "A", ":", ":odd", "book", "attract", " ",
    'say "hi", twice', "line\r\nbreak",
)
TARGETS = ("next", "back", "home", "play", "blåhval", "a, b", "×", "", 7, None)
LANGUAGES = ("en", "nb", "se", "日本語", "", 5)
DEVICES = ("table-1", "table-2", "bord Ø", None, "")
OTHER_ACTIONS = ("drag", "scroll", "answer", "Click", "tap ", "spørsmål", "typing", "screenshot")
PAGE_STOPS = ("idle", "idle", "idle", "timeout", "clock", "reset", "expired", "", None)
NUMBERS = (
    0, -0.0, 1, -5, 0.5, 799.9999999999999, 800, 1599.5, 1600, 1919.9999, 1e9, 1e308, -1e308, 5e-324, 2**53 + 1,
    10**30, "3", True, None, [1], {},
)

# Data that is no object, or hardly one.
HOSTILE_DATA = (
    None, "", " ", "null", "true", "7", '"home"', "[]", '["screen"]', "not json", "{", '{"screen":"a"',
    "{'screen':'a'}",
    '{"screen":"a"} x', '{"screen":"a",}', '{"screen":NaN}', '{"x":Infinity,"y":1,"screen":"a"}', '{"screen":"a\tb"}',
    '\ufeff{"screen":"a"}', '{"screen":01}', "nan", "\x00", '{"screen":"a"}\x00',
    '{"x":1e400,"y":5,"screen":"a"}', '{"clickX":1e400,"clickY":5,"x":3,"y":4,"screen":"a"}',
    '{"clickX":-1e-400,"clickY":5,"screen":"a"}', '{"clickX":1' + "0" * 400 + ',"clickY":5,"x":9,"y":9}',
    '{"clickX":10,"clickY":20,"viewWidth":1e400,"viewHeight":900,"screenWidth":100,"screenHeight":100}',
    '{"clickX":10,"clickY":20,"viewWidth":0,"viewHeight":900}', '{"clickX":1e308,"clickY":1e308,"viewWidth":5e-324,'
    '"viewHeight":1}', '{"screen":"\\ud800"}', '{"screen":"a\\udc00b","lang":"\\ud83d"}', '{"screen":"\\ud83d\\ude00"}',
    '{"screen":"\\ud83d\\ud83d\\ude00"}', '{"screen":"home","screen":"map"}', '{"screen":"home","screen":3}',
    '{"screen":3,"subject":"home"}', '{"screen":"","subject":"home"}', '{"screen":null,"subject":""}',
    '{"prevScreen":"","prevSubject":"home","screen":"home"}', '{"prevScreen":"map","prevSubject":"home"}',
    '{"\\u0073creen":"escaped key"}', '{"screen":"zero\\u0000inside"}', ' \r\n\t{"screen":"spaces"} ',
    '{"screen":"a","auto":1}', '{"screen":"a","auto":"true"}', '{"screen":"a","passive":1}',
    '{"screen":"a","passive":true}', '{"screen":"levels 128","deep":' + "[" * 127 + "]" * 127 + "}",
    '{"screen":"levels 129","deep":' + "[" * 128 + "]" * 128 + "}", "[" * 2000 + "]" * 2000,
    '{"screen":"levels 128","deep":"' + "[" * 300 + '"}', '{"screen":"home","deep":' + '{"a":' * 200 + "1" + "}" * 201,
    '{"target":"x","state":"play","position_s":"1"}', '{"target":"x","state":"play","position_s":1e7}',
    '{"target":"x","state":"ended","position_s":10000000.001}', '{"target":"x","state":"pause","position_s":-0.0}',
    '{"currentPage":0.5,"screen":"book:sea"}', '{"currentPage":-1,"screen":"book:sea"}',
    '{"currentPage":"2","screen":"book:sea"}', '{"currentPage":-0.0,"screen":"book:only pages"}',
    '{"currentPage":3}', '{"reason":"data"}', '{"reason":""}', '{"reason":"expired"}',
)

UNREADABLE_TIMES = (
    "", "yesterday", "2024-03-31", "2024-03-31 10:00:00Z", "2024-02-30T10:00:00Z", "2024-03-31T24:00:00Z",
    "2024-03-31T10:00:61Z", "2024-03-31T10:00:00", "2024-03-31T10:00:00.Z", "2024-03-31T10:00:00+24:00",
    "2024-03-31T10:00:00Z\n", " 2024-03-31T10:00:00Z", "2024-03-31T10:00:00+0100", "２０２４-03-31T10:00:00Z",
)
