// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/host/network.h"

#include "agent/host/files.h"
#include "agent/host/link_request.h"
#include "agent/host/network_namespace.h"
#include "agent/host/read_text.h"
#include "src/base/text.h"

#include <array>
#include <cerrno>
#include <climits>
#include <cstring>
#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/if_tun.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <system_error>
#include <unistd.h>

namespace vmwarden::host::network {
namespace {

constexpr const char* devices = "/sys/class/net";
constexpr const char* tun_node = "/dev/net/tun";
constexpr unsigned tun_persistent = 0x0800; // IFF_PERSIST of tun_flags

[[noreturn]] void fail(const std::string& what) {
    throw std::system_error(errno, std::generic_category(), what);
}

std::string attribute(const std::string& name, const char* file) {
    auto text = read_text(std::string(devices) + "/" + name + "/" + file).value_or("");
    while (text.ends_with('\n'))
        text.pop_back();
    return text;
}

// 0 for what is no number.
unsigned number(std::string_view text) {
    return static_cast<unsigned>(parse_unsigned(text).value_or(0));
}

// Where a link of a device's leads to, by its last name: that of its bridge, of what lies below.
std::string linked(const std::string& name, const char* link) {
    std::array<char, PATH_MAX> buffer{};
    const auto path = std::string(devices) + "/" + name + "/" + link;
    const ssize_t length = ::readlink(path.c_str(), buffer.data(), buffer.size());
    if (length <= 0) return {};
    const std::string target(buffer.data(), static_cast<std::size_t>(length));
    return target.substr(target.rfind('/') + 1);
}

NetworkFact fact_of(const std::string& name) {
    NetworkFact fact;
    const auto tun = attribute(name, "tun_flags");
    const auto flags = number(attribute(name, "flags"));
    if (!attribute(name, "bridge/bridge_id").empty()) fact.kind = NetworkFact::Kind::bridge;
    if ((number(tun) & IFF_TAP) != 0) fact.kind = NetworkFact::Kind::tap;
    fact.mtu = number(attribute(name, "mtu"));
    fact.up = (flags & IFF_UP) != 0;
    fact.loopback = (flags & IFF_LOOPBACK) != 0;
    fact.persistent = (number(tun) & tun_persistent) != 0;
    fact.multi_queue = (number(tun) & IFF_MULTI_QUEUE) != 0;
    return fact;
}

std::vector<std::string> names() {
    const UniqueFd directory(::open(devices, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory) fail("cannot look at this host's network devices");
    return names_in(directory.get());
}

unsigned index_of(const std::string& name) {
    const unsigned index = ::if_nametoindex(name.c_str());
    if (index == 0) fail("network device " + name);
    return index;
}

// Packets with QEMU's header before them, which lets cards leave checksums and segments to others.
void attach(int fd, const std::string& name, short flags) {
    ifreq request{};
    name.copy(request.ifr_name, IFNAMSIZ - 1);
    request.ifr_flags = static_cast<short>(IFF_TAP | IFF_NO_PI | IFF_VNET_HDR | flags);
    if (::ioctl(fd, TUNSETIFF, &request) < 0) fail("cannot take a queue of " + name);
}

UniqueFd open_tun() {
    UniqueFd fd(::open(tun_node, O_RDWR | O_NONBLOCK | O_CLOEXEC));
    if (!fd) fail(std::string("cannot open ") + tun_node);
    return fd;
}

// With QEMU's header before packets, which lets cards leave checksums and segments to others.
short tap_flags(bool multi_queue) {
    return multi_queue ? IFF_MULTI_QUEUE : 0;
}

void set_persistent(int fd, bool persistent) {
    if (::ioctl(fd, TUNSETPERSIST, persistent ? 1 : 0) < 0) fail("cannot keep a tap device");
}

// What the host's other programs may look at as soon as they see the device, and its way to them.
void finish_and_move(const std::string& name, const Shape& shape, int to) {
    LinkRequest finish(RTM_NEWLINK, 0, index_of(name));
    if (!shape.alias.empty()) finish.text(IFLA_IFALIAS, shape.alias);
    if (!shape.mac.empty()) finish.address(IFLA_ADDRESS, shape.mac);
    finish.send("cannot set up " + name);
    LinkRequest move(RTM_NEWLINK, 0, index_of(name));
    move.number(IFLA_NET_NS_FD, static_cast<std::uint32_t>(to));
    move.send("cannot give " + name + " to this host");
}

void remove(unsigned index, const std::string& name) {
    LinkRequest(RTM_DELLINK, 0, index).send("cannot remove " + name);
}

void connect(const std::string& name, const Shape& shape) {
    LinkRequest request(RTM_NEWLINK, 0, index_of(name));
    if (shape.mtu != 0) request.number(IFLA_MTU, shape.mtu);
    if (!shape.bridge.empty()) request.number(IFLA_MASTER, index_of(shape.bridge));
    request.set_up();
    request.send("cannot set up " + name);
}

// Nothing is left of a device that does not come to be what it should.
template <class Make>
auto or_remove(const std::string& name, const Make& make) {
    try {
        return make();
    } catch (const std::system_error&) {
        remove(index_of(name), name);
        throw;
    }
}

std::uint32_t mode_number(const std::string& mode) {
    if (mode == "vepa") return MACVLAN_MODE_VEPA;
    if (mode == "bridge") return MACVLAN_MODE_BRIDGE;
    return MACVLAN_MODE_PRIVATE;
}

// "/dev/tap7", named after the device's index, and its number as sysfs has it.
DeviceNumber node_number(const std::string& name) {
    const auto text = attribute(name, ("tap" + attribute(name, "ifindex") + "/dev").c_str());
    const auto colon = text.find(':');
    if (colon == std::string::npos) return {};
    return {number(text.substr(0, colon)), number(text.substr(colon + 1))};
}

} // namespace

std::map<std::string, NetworkFact> all() {
    std::map<std::string, NetworkFact> facts;
    for (const auto& name : names())
        if (!attribute(name, "ifindex").empty()) facts.emplace(name, fact_of(name));
    return facts;
}

UniqueFd open_tap(const std::string& name, bool multi_queue) {
    auto fd = open_tun();
    index_of(name); // or TUNSETIFF would make one
    attach(fd.get(), name, tap_flags(multi_queue));
    return fd;
}

// A descriptor of a tap device keeps the namespace alive that it was opened in, so the one that
// makes the device closes before the host gets it, and the device stays for that long.
UniqueFd make_tap(const std::string& name, bool multi_queue, const Shape& shape) {
    const auto host = own_network_namespace();
    const NetworkNamespace apart;
    apart.inside([&] {
        auto maker = open_tun();
        attach(maker.get(), name, static_cast<short>(IFF_TUN_EXCL | tap_flags(multi_queue)));
        set_persistent(maker.get(), true);
        maker.reset();
        finish_and_move(name, shape, host.get());
    });
    return or_remove(name, [&] {
        auto queue = open_tap(name, multi_queue);
        set_persistent(queue.get(), false);
        connect(name, shape);
        return queue;
    });
}

void make_macvtap(const std::string& name, const std::string& lower, const std::string& mode,
                  const Shape& shape) {
    const auto host = own_network_namespace();
    const NetworkNamespace apart;
    LinkRequest request(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, 0);
    request.text(IFLA_IFNAME, name);
    request.number(IFLA_NET_NS_FD, static_cast<std::uint32_t>(apart.fd()));
    request.number(IFLA_LINK, index_of(lower));
    const auto kind = request.begin(IFLA_LINKINFO);
    request.text(IFLA_INFO_KIND, "macvtap");
    const auto data = request.begin(IFLA_INFO_DATA);
    request.number(IFLA_MACVLAN_MODE, mode_number(mode));
    request.end(data);
    request.end(kind);
    request.send("cannot make " + name + " over " + lower);
    apart.inside([&] { finish_and_move(name, shape, host.get()); });
    or_remove(name, [&] { connect(name, shape); });
}

UniqueFd open_macvtap(const std::string& name, bool multi_queue) {
    const auto path = "/dev/tap" + attribute(name, "ifindex");
    UniqueFd fd(::open(path.c_str(), O_RDWR | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC));
    if (!fd) fail("cannot open " + path);
    const auto status = status_of(fd.get());
    if (!S_ISCHR(status.st_mode) || device_of(status) != node_number(name))
        throw std::system_error(ENODEV, std::generic_category(), path + " is not that of " + name);
    attach(fd.get(), name, multi_queue ? IFF_MULTI_QUEUE : 0);
    return fd;
}

std::vector<std::string> remove_all(const std::string& alias) {
    std::vector<std::string> removed;
    for (const auto& name : names()) {
        if (attribute(name, "ifalias") != alias) continue;
        const auto index = number(attribute(name, "ifindex"));
        if (index == 0) continue; // it has gone by itself
        try {
            remove(index, name);
        } catch (const std::system_error& error) {
            if (error.code().value() == ENODEV) continue;
            throw;
        }
        removed.push_back(name);
    }
    return removed;
}

NetworkView view(const std::string& name) {
    NetworkView view;
    view.name = name;
    view.present = !attribute(name, "ifindex").empty();
    if (!view.present) return view;
    view.up = (number(attribute(name, "flags")) & IFF_UP) != 0;
    view.bridge = linked(name, "master");
    view.alias = attribute(name, "ifalias");
    view.node = node_number(name);
    return view;
}

} // namespace vmwarden::host::network
