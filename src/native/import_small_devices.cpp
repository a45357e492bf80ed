// SPDX-License-Identifier: LGPL-2.1-or-later
// Entropy, watchdogs, panic devices, vsock: -device, with the -object and the -action they need.
#include "src/base/text.h"
#include "src/native/device_reader.h"

#include <algorithm>
#include <limits>

namespace vmwarden::native {

namespace {

constexpr std::string_view actions[] = {"reset", "shutdown", "poweroff",
                                        "pause", "none",     "inject-nmi"};
constexpr WatchdogAction action_values[] = {WatchdogAction::reset,    WatchdogAction::shutdown,
                                            WatchdogAction::poweroff, WatchdogAction::pause,
                                            WatchdogAction::none,     WatchdogAction::inject_nmi};

std::optional<WatchdogAction> action_of(std::string_view word) {
    const auto* const found = std::ranges::find(actions, word);
    if (found == std::end(actions)) return std::nullopt;
    return action_values[found - std::begin(actions)];
}

bool is_one_of(std::string_view driver, std::string_view name) {
    return driver == name || driver == std::string(name) + "-pci";
}

// A device whose words are all understood is in the definition; of any other nothing is.
class SmallDeviceReader {
  public:
    SmallDeviceReader(Import& import, Pending& device)
      : import_(import)
      , device_(device)
      , properties_(device.properties)
      , driver_(device.driver) {
        properties_.take("driver");
        id_ = properties_.take("id").value_or("");
    }

    bool read() {
        if (is_one_of(driver_, "virtio-rng")) return read_rng();
        if (driver_ == "i6300esb" || driver_ == "ib700") return read_watchdog();
        if (is_one_of(driver_, "vhost-vsock")) return read_vsock();
        if (driver_ == "pvpanic" || driver_ == "pvpanic-pci") return read_panic();
        return false;
    }

  private:
    // Those that have their own place as QEMU would give it: nothing is said of it.
    bool take_place(DeviceInfo& info) {
        take_alias(id_, info);
        info.model = device_.virtio_model;
        return take_pci_place(import_, properties_, info) &&
               take_virtio_switches(properties_, device_switches, info);
    }
    [[nodiscard]] bool all_taken() const { return properties_.left().empty(); }
    [[nodiscard]] const SourcePlace& place() const { return device_.option->word.place; }

    std::optional<std::uint64_t> take_number(std::string_view key, bool& bad) {
        const auto text = properties_.take(key);
        const auto number = text ? parse_unsigned(*text) : std::nullopt;
        bad = bad || (text && !number);
        return number;
    }

    bool read_rng() {
        Rng rng;
        rng.place = place();
        bool bad = false;
        const auto bytes = take_number("max-bytes", bad);
        const auto period = take_number("period", bad);
        const auto object = properties_.take("rng");
        const auto source = import_.objects.find(object.value_or(""));
        if (object && (source == import_.objects.end() || source->second.done)) return false;
        if (object && !take_source(source->second.properties, rng)) return false;
        if (!object) rng.backend = RngBackend::builtin; // QEMU's own choice
        if (bad || !take_place(rng.info) || !all_taken()) return false;
        // Without a limit the period says nothing.
        rng.bytes = bytes.value_or(0);
        if (rng.bytes > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
            return false;
        rng.period = rng.bytes == 0 ? 0 : period.value_or(1 << 16);
        if (object) source->second.done = true;
        import_.guest.rngs.push_back(std::move(rng));
        return true;
    }
    static bool take_source(Properties source, Rng& rng) {
        const auto type = source.take("qom-type").value_or("");
        source.take("id");
        if (type == "rng-builtin") {
            rng.backend = RngBackend::builtin;
        } else {
            rng.path = source.take("filename").value_or("");
            if (rng.path == "/dev/urandom") rng.path.clear(); // which QEMU takes of itself
            if (!rng.path.empty() && !rng.path.starts_with('/')) return false;
        }
        return source.left().empty();
    }

    bool read_watchdog() {
        Watchdog watchdog;
        watchdog.place = place();
        watchdog.model = driver_ == "ib700" ? WatchdogModel::ib700 : WatchdogModel::i6300esb;
        watchdog.action = import_.watchdog_action;
        const bool pci = watchdog.model == WatchdogModel::i6300esb;
        take_alias(id_, watchdog.info);
        if (pci && !take_pci_place(import_, properties_, watchdog.info)) return false;
        const bool second =
            std::ranges::count(import_.guest.watchdogs, watchdog.model, &Watchdog::model) != 0;
        if (second || !all_taken()) return false;
        import_.guest.watchdogs.push_back(std::move(watchdog));
        return true;
    }

    bool read_vsock() {
        Vsock vsock;
        vsock.place = place();
        bool bad = false;
        const auto cid = take_number("guest-cid", bad);
        if (bad || !cid || *cid < 3 || *cid >= std::numeric_limits<std::uint32_t>::max())
            return false;
        vsock.cid = static_cast<std::uint32_t>(*cid);
        if (device_.virtio_model == VirtioModel::transitional) return false;
        if (import_.guest.vsock || !take_place(vsock.info) || !all_taken()) return false;
        import_.guest.vsock = std::move(vsock);
        return true;
    }

    bool read_panic() {
        Panic panic;
        panic.place = place();
        const bool pci = driver_ == "pvpanic-pci";
        take_alias(id_, panic.info);
        if (const auto port = pci ? std::nullopt : properties_.take("ioport")) {
            const auto number = parse_unsigned(*port);
            if (!number || *number > 0xffff) return false;
            panic.info.address = IsaAddress{.iobase = static_cast<unsigned>(*number), .irq = {}};
        }
        panic.model = pci ? PanicModel::pvpanic : PanicModel::isa;
        if (pci && !take_pci_place(import_, properties_, panic.info)) return false;
        const bool second =
            std::ranges::count(import_.guest.panics, panic.model, &Panic::model) != 0;
        if (second || !all_taken()) return false;
        import_.guest.panics.push_back(std::move(panic));
        return true;
    }

    Import& import_;
    Pending& device_;
    Properties properties_;
    std::string driver_;
    std::string id_;
};

} // namespace

bool read_iommu(DeviceReader& device) {
    Iommu iommu;
    iommu.place = device.place();
    const bool intel = device.driver() == "intel-iommu";
    iommu.model = intel ? IommuModel::intel : IommuModel::virtio;
    if (intel) {
        iommu.intremap = device.turn("intremap");
        iommu.caching_mode = device.turn("caching-mode");
        iommu.eim = device.turn("eim");
        iommu.iotlb = device.turn("device-iotlb");
        device.number("aw-bits", iommu.aw_bits);
        device.on_no_bus(iommu.info);
    } else {
        device.on_pci(iommu.info);
    }
    if (device.guest().iommu || !device.complete()) return false;
    if (!can_be_defined(device.import(), [&](auto& probe) { probe.iommu = iommu; })) return false;
    device.guest().iommu = std::move(iommu);
    return true;
}

bool take_virtio_switches(Properties& properties, std::span<const KnownSwitch> known,
                          DeviceInfo& info) {
    for (const auto& each : known) {
        const auto text = properties.take(each.property);
        if (!text) continue;
        const auto on = switch_of(*text);
        if (!on) return false;
        info.virtio.push_back({std::string(each.name), *on});
        // Without it QEMU would refuse the switch.
        if (each.name == "iommu" && *on && properties.peek("disable-legacy") == "on")
            properties.take("disable-legacy");
    }
    return true;
}

void import_object(Import& import, const Option& option) {
    auto properties = Properties::parse(option.value(), "qom-type").value_or(Properties());
    const auto type = properties.peek("qom-type").value_or("");
    const auto id = properties.peek("id").value_or("");
    if (type == "secret" && id == "masterKey0")
        return import.drop(option, "it is libvirt's, for secrets of its own");
    if (type == "thread-context")
        return import.drop(option, "which threads fill the guest's memory is QEMU's to choose");
    constexpr std::string_view kinds[] = {"rng-", "memory-backend-", "iothread", "main-loop",
                                          "throttle-group"};
    const bool known =
        std::ranges::any_of(kinds, [&](std::string_view kind) { return type.starts_with(kind); });
    if (!known || id.empty()) return import.keep(option);
    if (!import.objects.emplace(id, Pending{&option, std::move(properties)}).second)
        import.error(option, "two objects have the id '" + printable(id) + "'");
}

void import_watchdog_action(Import& import, const Option& option) {
    if (const auto action = action_of(option.value()))
        import.watchdog_action = *action;
    else
        import.keep(option);
}

// As ours has it.
bool take_watchdog_action(Import& import, Properties& properties) {
    const auto word = properties.peek("watchdog");
    const auto action = word ? action_of(*word) : std::nullopt;
    if (!action) return false;
    properties.take("watchdog");
    import.watchdog_action = *action;
    return true;
}

void settle_small_devices(Import& import) {
    for (auto& device : import.devices)
        if (!device.done) device.done = SmallDeviceReader(import, device).read();
    for (auto& watchdog : import.guest.watchdogs)
        watchdog.action = import.watchdog_action;
    // What it would do when there is none says nothing.
}

} // namespace vmwarden::native
