//! The addresses of a host, without the C library.
//!
//! In a static binary glibc's resolver would load the name-service modules of whatever C library the computer has, and
//! crash. So the hosts file and the name servers are asked from here, which is enough for the one host that Sentry's
//! client sends to: no search domains, no cache, no TCP.

use std::fs;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use resolv_conf::Config as ResolvConf;
use simple_dns::rdata::RData;
use simple_dns::{CLASS, Name, Packet, PacketFlag, Question, TYPE};
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

use crate::limits;

const HOSTS: &str = "/etc/hosts";
const NAME_SERVERS: &str = "/etc/resolv.conf";
const DNS_PORT: u16 = 53;
/// The largest answer that comes in one datagram unless more was agreed on.
const ANSWER_BYTES: usize = 512;

/// Resolves names for ureq.
#[derive(Debug, Default)]
pub struct NameResolver;

impl Resolver for NameResolver {
    fn resolve(
        &self,
        uri: &Uri,
        _: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let host = uri.host().ok_or(ureq::Error::HostNotFound)?;
        let default_port = if uri.scheme_str() == Some("http") {
            80
        } else {
            443
        };
        let port = uri.port_u16().unwrap_or(default_port);
        let addresses = addresses(host, Instant::now() + *timeout.after)?;
        let mut found = self.empty();
        for address in addresses.into_iter().take(limits::HOST_ADDRESSES) {
            found.push((address, port).into());
        }
        if found.is_empty() {
            return Err(ureq::Error::HostNotFound);
        }
        Ok(found)
    }
}

fn addresses(host: &str, deadline: Instant) -> io::Result<Vec<IpAddr>> {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    if let Ok(address) = bare.parse() {
        return Ok(vec![address]);
    }
    let hosts = fs::read_to_string(HOSTS).unwrap_or_default();
    let listed = in_hosts_file(&hosts, host);
    if !listed.is_empty() {
        return Ok(listed);
    }
    let servers = ResolvConf::parse(fs::read(NAME_SERVERS)?).map_err(io::Error::other)?;
    let mut answer = Ok(Vec::new());
    for server in servers.nameservers {
        let server = SocketAddr::new(server.into(), DNS_PORT);
        answer = ask(server, host, TYPE::A, deadline);
        if let Ok(found) = &mut answer {
            found.extend(ask(server, host, TYPE::AAAA, deadline).unwrap_or_default());
            break;
        }
    }
    answer
}

fn in_hosts_file(text: &str, host: &str) -> Vec<IpAddr> {
    let lines = text.lines().filter_map(|line| {
        let mut words = line.split('#').next()?.split_whitespace();
        let address = words.next()?.parse().ok()?;
        words
            .any(|name| name.eq_ignore_ascii_case(host))
            .then_some(address)
    });
    lines.collect()
}

/// Asks one name server for addresses of one kind.
fn ask(server: SocketAddr, host: &str, kind: TYPE, deadline: Instant) -> io::Result<Vec<IpAddr>> {
    let mut id = [0; 2];
    getrandom::fill(&mut id)?;
    let id = u16::from_be_bytes(id);
    let mut query = Packet::new_query(id);
    query.set_flags(PacketFlag::RECURSION_DESIRED);
    let name = Name::new(host).map_err(io::Error::other)?;
    query
        .questions
        .push(Question::new(name, kind.into(), CLASS::IN.into(), false));
    let any: IpAddr = match server {
        SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    let socket = UdpSocket::bind((any, 0))?;
    // Datagrams from anybody else are not received.
    socket.connect(server)?;
    socket.send(&query.build_bytes_vec().map_err(io::Error::other)?)?;
    let patience = Instant::now() + limits::NAME_SERVER_TIME;
    let mut bytes = [0; ANSWER_BYTES];
    loop {
        let left = deadline
            .min(patience)
            .saturating_duration_since(Instant::now());
        socket.set_read_timeout(Some(left.max(Duration::from_millis(1))))?;
        let length = socket.recv(&mut bytes)?;
        match Packet::parse(&bytes[..length]) {
            Ok(answer) if answer.id() == id => {
                let data = answer.answers.iter().map(|answer| &answer.rdata);
                return Ok(data.filter_map(address).collect());
            }
            // An answer to somebody else's question, or none.
            _ if left.is_zero() => return Err(io::ErrorKind::TimedOut.into()),
            _ => {}
        }
    }
}

fn address(data: &RData<'_>) -> Option<IpAddr> {
    match data {
        RData::A(a) => Some(Ipv4Addr::from(a.address).into()),
        RData::AAAA(aaaa) => Some(Ipv6Addr::from(aaaa.address).into()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use simple_dns::ResourceRecord;
    use simple_dns::rdata::A;
    use std::thread;

    #[test]
    fn the_hosts_file_is_read_by_whole_names() {
        let text = "# 10.0.0.1 a\n127.0.0.1 localhost  Box # box2\n::1 localhost\nnonsense a\n10.0.0.2\ta.example a\n";
        for (host, expected) in [
            ("localhost", vec!["127.0.0.1", "::1"]),
            ("box", vec!["127.0.0.1"]),
            ("box2", vec![]),
            ("a", vec!["10.0.0.2"]),
            ("example", vec![]),
        ] {
            let expected: Vec<IpAddr> = expected.iter().map(|text| text.parse().unwrap()).collect();
            assert_eq!(in_hosts_file(text, host), expected, "{host}");
        }
    }

    /// A name server that answers each question with these packets, made from its own.
    fn name_server(answers: fn(&Packet<'_>) -> Vec<Vec<u8>>) -> SocketAddr {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        let server = socket.local_addr().unwrap();
        thread::spawn(move || {
            let mut bytes = [0; ANSWER_BYTES];
            while let Ok((length, peer)) = socket.recv_from(&mut bytes) {
                for answer in answers(&Packet::parse(&bytes[..length]).unwrap()) {
                    socket.send_to(&answer, peer).unwrap();
                }
            }
        });
        server
    }

    fn reply(id: u16, address: u32) -> Vec<u8> {
        let mut packet = Packet::new_reply(id);
        let name = Name::new("errors.example").unwrap();
        let record = ResourceRecord::new(name, CLASS::IN, 60, RData::A(A { address }));
        packet.answers.push(record);
        packet.build_bytes_vec().unwrap()
    }

    #[test]
    fn only_the_answer_to_the_own_question_counts() {
        let server = name_server(|query| {
            let forged = reply(query.id().wrapping_add(1), 0x0a00_0001);
            vec![b"nonsense".to_vec(), forged, reply(query.id(), 0x0a00_0002)]
        });
        let deadline = Instant::now() + Duration::from_secs(20);
        let found = ask(server, "errors.example", TYPE::A, deadline).unwrap();
        assert_eq!(found, ["10.0.0.2".parse::<IpAddr>().unwrap()]);
    }

    #[test]
    fn a_name_server_that_does_not_answer_is_given_up() {
        let server = name_server(|_| Vec::new());
        let deadline = Instant::now() + Duration::from_millis(50);
        assert!(ask(server, "errors.example", TYPE::A, deadline).is_err());
        assert!(ask(server, "no..name", TYPE::A, deadline).is_err());
    }
}
