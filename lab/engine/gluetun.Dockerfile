# The lab's Gluetun (lab/gluetun) in a container of its own, as the real one is.
FROM vks-lab/node
# Debian chooses between two of them when it installs.
RUN ln -sf iptables-nft /usr/sbin/iptables && ln -sf ip6tables-nft /usr/sbin/ip6tables
COPY . /opt/stand-in/lab
STOPSIGNAL SIGTERM
CMD ["node", "--disable-warning=ExperimentalWarning", "/opt/stand-in/lab/services/gluetun.ts", "/gluetun/options.json"]
