//! A small exhibition that a person can follow: 3 sessions, 20 events, and every report of it worked out by hand.

use serde_json::{Value, json};

/// The token of the session that nobody stops.
pub const C: &str = "cccccccccccccccccccccccccccccccc";

/// What happens, in the night in which Oslo loses an hour (from 2:00 to 3:00, at 1:00 UTC).
///
/// - A, on Saturday from 10:00 (9:00 UTC) at table 1: home, a book, two pages; then it goes idle.
/// - B, from 23:30 until 0:10 on Sunday at table 1: home, a film, home again; three touches at one spot lead nowhere.
/// - C, on Sunday at 3:30, just after the lost hour, at table 2: one swipe. Nobody stops it.
const EVENTS: &str = r#"
A 2024-03-30T09:00:00.000Z start {"device":"table-1"}
A 2024-03-30T09:00:00.000Z screen {"screen":"home","lang":"nb"}
A 2024-03-30T09:00:01.000Z click {"screen":"home","target":"next","clickX":100,"clickY":540,"viewWidth":1920,"viewHeight":1080}
A 2024-03-30T09:00:01.200Z screen {"screen":"book:sea","lang":"nb"}
A 2024-03-30T09:00:05.000Z tap {"screen":"book:sea","target":"next","clickX":1900,"clickY":540,"viewWidth":1920,"viewHeight":1080}
A 2024-03-30T09:00:05.500Z pageChange {"screen":"book:sea","currentPage":1}
A 2024-03-30T09:00:09.000Z tap {"screen":"book:sea","target":"next","clickX":1900,"clickY":540,"viewWidth":1920,"viewHeight":1080}
A 2024-03-30T09:00:09.500Z pageChange {"screen":"book:sea","currentPage":2}
A 2024-03-30T09:01:09.000Z screen {"screen":"home","auto":true}
A 2024-03-30T09:01:09.000Z stop {"reason":"idle"}
B 2024-03-30T22:30:00.000Z start {"device":"table-1"}
B 2024-03-30T22:30:00.000Z click {"screen":"home","target":"next","clickX":100,"clickY":540,"viewWidth":1920,"viewHeight":1080}
B 2024-03-30T22:30:00.300Z screen {"screen":"film:whale","lang":"en"}
B 2024-03-30T22:30:01.000Z media {"target":"whale.mp4","state":"play","position_s":0}
B 2024-03-30T22:45:01.500Z media {"target":"whale.mp4","state":"ended","position_s":900.5}
B 2024-03-30T23:10:00.000Z click {"screen":"film:whale","target":"next","clickX":960,"clickY":540,"viewWidth":1920,"viewHeight":1080}
B 2024-03-30T23:10:00.100Z screen {"screen":"home","lang":"en"}
B 2024-03-30T23:10:02.000Z click {"screen":"home","target":"next","clickX":960,"clickY":540,"viewWidth":1920,"viewHeight":1080}
B 2024-03-30T23:10:02.100Z click {"screen":"home","target":"next","clickX":960,"clickY":540,"viewWidth":1920,"viewHeight":1080}
B 2024-03-30T23:10:02.200Z click {"screen":"home","target":"next","clickX":960,"clickY":540,"viewWidth":1920,"viewHeight":1080}
B 2024-03-30T23:10:03.500Z stopSession {"reason":"reset"}
B 2024-03-30T23:10:03.500Z stop {}
C 2024-03-31T01:30:00.000Z start {"device":"table-2"}
C 2024-03-31T01:30:00.000Z swipe {"screen":"home","lang":"nb"}
C 2024-03-31T01:40:00.000Z tick {"passive":true}
"#;

/// Every report in the time of Oslo, one row a line.
const REPORTS: &str = r#"
# Touches a session: 3, 5, 1. Views: 2, 3, 1. Active: 9.5 s, 2402.2 s, 0 s; p90 is 9.5 + 0.8 · 2392.7. Table 1 was open on
# Saturday from 10:00 until 0:10:02.2, which are 51002.2 s, and used for 2411.7 s of it; table 2 for no time at all.
overview
[3,3,0,20,9,6,3,1,3,3,2,2,803.9,9.5,1923.66,0.047286]
days
["2024-03-30",2,8,5,2411.7]
["2024-03-31",1,1,1,0]
weekdays
[1,0,0,null,0]
[2,0,0,null,0]
[3,0,0,null,0]
[4,0,0,null,0]
[5,0,0,null,0]
[6,1,2,2,8]
[7,1,1,1,1]
# B's last three touches led nowhere, and so did C's. All four were in vain: what comes next is a touch, a stop, or too late.
screens
["home","home",5,6,4,4,4,3,2]
["book:sea","book",3,2,2,0,1,1,1]
["film:whale","film",1,1,0,0,1,1,0]
types
["home",1,5,4]
["book",1,3,1]
["film",1,1,1]
choices
[1,"home",3]
[2,"book:sea",1]
[2,"film:whale",1]
[3,"home",1]
dwell
["home",4,2,1.5,0.3,0.75,0.75,1.11,1.2]
["book:sea",1,0,0,null,null,null,null,null]
["film:whale",1,1,2399.8,2399.8,2399.8,2399.8,2399.8,2399.8]
transitions
["film:whale","home",1]
["home","book:sea",1]
["home","film:whale",1]
journeys
[["home"],1,0,0]
[["home","book:sea"],1,9.5,1]
[["home","film:whale","home"],1,2402.2,0]
paths
[1,1,"home","2024-03-30T09:00:00.000Z",1.2]
[1,2,"book:sea","2024-03-30T09:00:01.200Z",null]
[2,1,"home","2024-03-30T22:30:00.000Z",0.3]
[2,2,"film:whale","2024-03-30T22:30:00.300Z",2399.8]
[2,3,"home","2024-03-30T23:10:00.100Z",null]
[3,1,"home","2024-03-31T01:30:00.000Z",null]
heatmap?cols=2&rows=2
[1,1,6,5,3,2]
[0,1,2,0,0,2]
heatmap?screen=book:sea
[15,4,2,2,0,1]
# The cover, and two pages at a time.
pages
["book:sea",1,2,5,5]
targets
["home","next",5,2]
["book:sea","next",2,1]
["film:whale","next",1,1]
actions
["click",6,2]
["screen",5,2]
["media",2,1]
["pageChange",2,1]
["tap",2,1]
["stopSession",1,1]
["swipe",1,1]
["tick",1,1]
stops
["expired",1]
["idle",1]
["reset",1]
media
["whale.mp4",1,1,1,900.5,900.5]
languages
["nb",2,4]
["en",1,4]
[null,0,1]
sessions
[1,1,"table-1","2024-03-30T09:00:00.000Z","2024-03-30T09:01:09.000Z","idle",9.5,8,3,2,2,"home","book:sea",null]
[2,1,"table-1","2024-03-30T22:30:00.000Z","2024-03-30T23:10:03.500Z","reset",2402.2,10,5,3,2,"home","home",null]
[3,1,"table-2","2024-03-31T01:30:00.000Z","2024-03-31T01:30:00.000Z","expired",0,2,1,1,1,"home","home","never_stopped"]
"#;

/// The rows of `hours` that are not all 0: hour, sessions begun, touches made, views made, touches of the sessions.
pub const HOURS: [[i64; 5]; 4] = [
    [0, 0, 4, 1, 0],
    [3, 1, 1, 1, 1],
    [10, 1, 3, 2, 3],
    [23, 1, 1, 2, 5],
];

/// The rows of `grid` that are not all 0: weekday, hour, sessions begun, touches made; each on one date.
pub const GRID: [[i64; 4]; 4] = [[6, 10, 1, 3], [6, 23, 1, 1], [7, 0, 0, 4], [7, 3, 1, 1]];

/// The exhibition as items of a batch.
pub fn items() -> Vec<Value> {
    let lines = EVENTS.lines().filter(|line| !line.is_empty());
    lines.zip(1..).map(|(line, seq)| item(line, seq)).collect()
}

fn item(line: &str, seq: i64) -> Value {
    let mut words = line.splitn(4, ' ');
    let mut word = || words.next().unwrap();
    let token = word().to_lowercase().repeat(32);
    let (time, action) = (word(), word());
    let data: Value = serde_json::from_str(word()).unwrap();
    let mut item = match action {
        "start" | "stop" => data,
        _ => json!({"seq": seq, "action": action, "data": data}),
    };
    item["type"] = match action {
        "start" | "stop" => action.into(),
        _ => "event".into(),
    };
    item["token"] = token.into();
    item["ts"] = time.into();
    item
}

/// What is asked, and the rows of the reply.
pub fn reports() -> Vec<(String, Vec<Value>)> {
    let mut reports: Vec<(String, Vec<Value>)> = Vec::new();
    for line in REPORTS.lines() {
        match line.chars().next() {
            None | Some('#') => {}
            Some('[') => {
                let (_, rows) = reports.last_mut().unwrap();
                rows.push(serde_json::from_str(line).unwrap());
            }
            Some(_) => reports.push((line.to_owned(), Vec::new())),
        }
    }
    reports
}
