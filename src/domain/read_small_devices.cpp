// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/domain/readers.h"
#include "src/domain/values.h"

#include <limits>

namespace vmwarden::domain {

namespace {

constexpr Word<VirtioModel> vsock_models[] = {
    {"virtio", VirtioModel::unsaid}, {"virtio-non-transitional", VirtioModel::non_transitional}};
constexpr NotDone vsock_models_refused[] = {
    {"virtio-transitional", "no driver of before virtio 1.0 knows such a device"}};
constexpr NotDone rng_backends_refused[] = {{"egd", "QEMU would reach out to a service"}};
constexpr NotDone watchdog_models_refused[] = {{"diag288", "only s390x guests have one"}};
constexpr NotDone watchdog_actions_refused[] = {{"dump", "the guest's memory is not dumped"}};
constexpr NotDone panic_models_refused[] = {{"pseries", "only pSeries guests have one"},
                                            {"s390", "only s390x guests have one"}};
constexpr Word<std::optional<VirtioModel>> memballoon_models[] = {
    {"none", std::nullopt},
    {"virtio", VirtioModel::unsaid},
    {"virtio-transitional", VirtioModel::transitional},
    {"virtio-non-transitional", VirtioModel::non_transitional}};
constexpr NotDone memballoon_models_refused[] = {{"xen", "only Xen guests have one"}};
constexpr NotDone iommu_models_refused[] = {{"smmuv3", "only ARM guests have one"},
                                            {"amd", "QEMU's is not finished: use intel or virtio"}};
constexpr NotDone iommu_driver_refused[] = {
    {"dma_translation", "an IOMMU that translates nothing is none"},
    {"xtsup", "only model 'amd' has it"},
    {"pt", "only model 'amd' has it"},
    {"passthrough", "only model 'amd' has it"}};

void read_rate(ElementReader& rate, Rng& rng) {
    constexpr std::uint64_t most_milliseconds = std::numeric_limits<std::uint32_t>::max();
    constexpr auto most_bytes =
        static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()); // what QEMU takes
    if (const auto bytes = rate.required_attribute("bytes"))
        rng.bytes = number_from(*bytes, "bytes", 1, most_bytes, rate.report()).value_or(0);
    if (const auto period = rate.attribute("period"))
        rng.period =
            number_from(*period, "period", 1, most_milliseconds, rate.report()).value_or(0);
}

void read_backend(ElementReader& backend, Rng& rng) {
    const auto model = backend.required_word("model", rng_backends, rng_backends_refused);
    if (!model) return backend.skip_rest();
    rng.backend = *model;
    if (rng.backend == RngBackend::builtin) return;
    const auto path = backend.trimmed_text();
    if (!path.text.empty()) rng.path = path_from(path, backend.report()).value_or("");
}

// What a running guest's XML has beside auto='yes' was the address of that run. Nothing said is
// automatic, as with libvirt.
void read_cid(ElementReader& element, Vsock& vsock) {
    const auto automatic = element.word("auto", yes_no);
    if (automatic == true) return set_aside(element, "address");
    const auto address =
        automatic ? element.required_attribute("address") : element.attribute("address");
    if (!address) return;
    constexpr std::uint64_t last = std::numeric_limits<std::uint32_t>::max() - 1;
    const auto cid = number_from(*address, "address", Vsock::first_cid, last, element.report());
    if (cid) vsock.cid = static_cast<std::uint32_t>(*cid);
}

void read_iommu_driver(ElementReader& driver, Iommu& iommu) {
    iommu.intremap = driver.word("intremap", on_off);
    iommu.caching_mode = driver.word("caching_mode", on_off);
    const auto eim_at = driver.attribute("eim");
    iommu.eim = driver.word("eim", on_off);
    iommu.iotlb = driver.word("iotlb", on_off);
    constexpr Word<unsigned> widths[] = {{"39", 39U}, {"48", 48U}};
    iommu.aw_bits = driver.word("aw_bits", widths).value_or(0);
    driver.refuse_attributes(iommu_driver_refused);
    if (iommu.eim == true && iommu.intremap != true)
        driver.error(eim_at->at, "eim='on' needs interrupt remapping", "write intremap='on'");
    if (iommu.model == IommuModel::virtio && !driver.element().attributes.empty())
        driver.error(driver.at(), "model 'virtio' has none of these switches", "remove <driver>");
}

} // namespace

void read_rng(ElementReader& element, GuestDefinition& guest) {
    Rng rng;
    rng.place = element.place();
    const auto model = element.required_word("model", virtio_models);
    element.child("rate", [&](ElementReader& rate) { read_rate(rate, rng); });
    if (!element.child("backend", [&](ElementReader& backend) { read_backend(backend, rng); }))
        element.error(element.at(), "<rng> has no <backend>",
                      "write <backend model='random'>/dev/urandom</backend>");
    rng.info = read_device_info(element, {AddressKind::pci});
    rng.info.model = model.value_or(VirtioModel::unsaid);
    read_virtio_driver(element, true, rng.info);
    guest.rngs.push_back(std::move(rng));
}

void read_watchdog(ElementReader& element, GuestDefinition& guest) {
    Watchdog watchdog;
    watchdog.place = element.place();
    const auto model = element.required_word("model", watchdog_models, watchdog_models_refused);
    watchdog.model = model.value_or(WatchdogModel::i6300esb);
    watchdog.action = element.word("action", watchdog_actions, watchdog_actions_refused)
                          .value_or(WatchdogAction::reset);
    watchdog.info = read_device_info(element, {AddressKind::pci});
    for (const auto& other : guest.watchdogs) {
        const auto line = " of line " + std::to_string(other.place.line);
        if (model && other.model == *model)
            return element.error(element.at(),
                                 "a watchdog of this model is there already, that" + line,
                                 "remove one of them");
        if (other.action != watchdog.action)
            return element.error(element.at(), "the action is another than that" + line,
                                 "all watchdogs of a guest do the same");
    }
    guest.watchdogs.push_back(std::move(watchdog));
}

void read_panic(ElementReader& element, GuestDefinition& guest) {
    Panic panic;
    panic.place = element.place();
    const bool given = element.attribute("model").has_value();
    const auto model = element.word("model", panic_models, panic_models_refused);
    if (given && !model) return element.skip_rest();
    panic.model = model.value_or(PanicModel::machine_default);
    panic.info = read_device_info(element, {AddressKind::isa, AddressKind::pci});
    if (panic.model == PanicModel::hyperv && guest.type == DomainType::qemu)
        element.error(element.at(), "model 'hyperv' needs KVM", "write <domain type='kvm'>");
    if (panic.model == PanicModel::hyperv && panic.info.address.index() != 0)
        element.error(element.at(), "model 'hyperv' is the processor's own", "remove <address>");
    const auto kind = [](PanicModel of) {
        return of == PanicModel::machine_default ? PanicModel::isa : of;
    };
    for (const auto& other : guest.panics)
        if (kind(other.model) == kind(panic.model))
            return element.error(element.at(),
                                 "a panic device of this model is there already, that of line " +
                                     std::to_string(other.place.line),
                                 "remove one of them");
    guest.panics.push_back(std::move(panic));
}

void read_memballoon(ElementReader& element, GuestDefinition& guest) {
    auto& balloon = guest.balloon;
    balloon.place = element.place();
    const auto model = element.required_word("model", memballoon_models, memballoon_models_refused);
    if (model) guest.memballoon = model->has_value();
    balloon.autodeflate = element.word("autodeflate", on_off);
    balloon.free_page_reporting = element.word("freePageReporting", on_off);
    element.child("stats", [&](ElementReader& stats) {
        constexpr std::uint64_t longest = 24ULL * 60 * 60;
        const auto text = stats.required_attribute("period");
        const auto period =
            text ? number_from(*text, "period", 0, longest, stats.report()) : std::nullopt;
        balloon.stats_period = static_cast<unsigned>(period.value_or(0));
    });
    balloon.info = read_device_info(element, {AddressKind::pci});
    if (model) balloon.info.model = model->value_or(VirtioModel::unsaid);
    read_virtio_driver(element, guest.memballoon, balloon.info);
    const bool says_more =
        balloon.autodeflate || balloon.free_page_reporting || balloon.stats_period != 0;
    if (!guest.memballoon && says_more)
        element.error(element.at(), "model 'none' has no behaviour", "remove what else it says");
}

void read_iommu(ElementReader& element, GuestDefinition& guest) {
    Iommu iommu;
    iommu.place = element.place();
    const auto model = element.required_word("model", iommu_models, iommu_models_refused);
    if (!model) return element.skip_rest();
    iommu.model = *model;
    element.child("driver", [&](ElementReader& driver) { read_iommu_driver(driver, iommu); });
    iommu.info = read_device_info(element, {AddressKind::pci});
    guest.iommu = std::move(iommu);
}

void read_vsock(ElementReader& element, GuestDefinition& guest) {
    Vsock vsock;
    vsock.place = element.place();
    const auto model = element.word("model", vsock_models, vsock_models_refused);
    element.child("cid", [&](ElementReader& cid) { read_cid(cid, vsock); });
    vsock.info = read_device_info(element, {AddressKind::pci});
    vsock.info.model = model.value_or(VirtioModel::unsaid);
    read_virtio_driver(element, true, vsock.info);
    guest.vsock = std::move(vsock);
}

} // namespace vmwarden::domain
