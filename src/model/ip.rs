//! Sets of addresses, as people write them.

use std::net::IpAddr;

use ipnet::IpNet;

/// Addresses and CIDR blocks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IpBlocks(Vec<IpNet>);

impl IpBlocks {
    /// Reads addresses or CIDR blocks, separated by commas or white space. `None` if one of them is neither, or if
    /// there is none.
    pub fn parse(text: &str) -> Option<IpBlocks> {
        let blocks = text
            .split([',', ' ', '\t', '\n'])
            .filter(|block| !block.is_empty());
        let parsed: Option<Vec<IpNet>> = blocks
            .map(|block| {
                block
                    .parse()
                    .or_else(|_| block.parse::<IpAddr>().map(IpNet::from))
                    .ok()
            })
            .collect();
        parsed.filter(|blocks| !blocks.is_empty()).map(IpBlocks)
    }

    /// Whether an address is one of these.
    pub fn hold(&self, address: IpAddr) -> bool {
        self.0.iter().any(|block| block.contains(&address))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_blocks_are_read() {
        for (blocks, address, held) in [
            ("10.0.0.1", "10.0.0.1", true),
            ("10.0.0.1", "10.0.0.2", false),
            ("10.0.0.0/8, 192.168.1.7", "10.9.9.9", true),
            ("10.0.0.0/8,192.168.1.7", "192.168.1.7", true),
            ("10.0.0.0/8 192.168.1.7", "192.168.1.8", false),
            ("::1", "::1", true),
            ("fe80::/10", "fe80::1", true),
            ("fe80::/10", "10.0.0.1", false),
        ] {
            let holds = IpBlocks::parse(blocks)
                .unwrap()
                .hold(address.parse().unwrap());
            assert_eq!(holds, held, "{blocks} {address}");
        }
        for unreadable in [
            "",
            " ",
            "10.0.0",
            "10.0.0.0/33",
            "10.0.0.1,everyone",
            "129.240.*",
        ] {
            assert_eq!(IpBlocks::parse(unreadable), None, "{unreadable:?}");
        }
    }
}
