// SPDX-License-Identifier: LGPL-2.1-or-later
// A -device on its way into the definition: what it says is taken word by word, and it is
// understood when nothing is left. Until then the definition does not have it.
#pragma once

#include "src/domain/words.h"
#include "src/native/import.h"

#include <algorithm>
#include <limits>

namespace vmwarden::native {

class DeviceReader {
  public:
    DeviceReader(Import& import, Pending& device)
      : import_(import)
      , device_(device)
      , properties_(device.properties) {
        properties_.take("driver");
        id_ = properties_.take("id").value_or("");
    }

    [[nodiscard]] Import& import() { return import_; }
    [[nodiscard]] GuestDefinition& guest() { return import_.guest; }
    [[nodiscard]] const std::string& driver() const { return device_.driver; }
    [[nodiscard]] const std::string& id() const { return id_; }
    [[nodiscard]] const Option& option() const { return *device_.option; }
    [[nodiscard]] const SourcePlace& place() const { return device_.option->word.place; }

    std::optional<std::string> take(std::string_view key) { return properties_.take(key); }
    // All of one key, in order.
    std::vector<std::string> take_all(std::string_view key) { return properties_.take_all(key); }
    void fail() { failed_ = true; }

    // Of no such value, or of one beyond `most`, the device is not understood.
    std::optional<std::uint64_t>
    number(std::string_view key, std::uint64_t most = std::numeric_limits<std::uint64_t>::max());
    template <class Number>
    void number(std::string_view key, Number& into) {
        if (const auto value = number(key, std::numeric_limits<Number>::max()))
            into = static_cast<Number>(*value);
    }
    template <class Number>
    void number(std::string_view key, std::optional<Number>& into) {
        if (const auto value = number(key, std::numeric_limits<Number>::max()))
            into = static_cast<Number>(*value);
    }
    std::optional<bool> turn(std::string_view key);
    template <class T, std::size_t count>
    void choose(std::string_view key, const domain::Word<T> (&words)[count], T& into) {
        const auto text = take(key);
        if (!text) return;
        const auto* const word = std::ranges::find(words, *text, &domain::Word<T>::text);
        if (word == std::end(words)) return fail();
        into = word->value;
    }
    // What "romfile=" and "rombar=" say.
    DeviceRom rom();
    // None: as the order of the whole guest has it.
    std::optional<unsigned> bootindex();

    // Where it is, and what it is called where that is its owner's word. Of virtio: its switches.
    void on_no_bus(DeviceInfo& info) { take_alias(id_, info); }
    void on_pci(DeviceInfo& info);
    void on_virtio_pci(DeviceInfo& info, std::span<const KnownSwitch> known = device_switches);
    void on_usb(DeviceInfo& info);
    void on_virtio_serial(DeviceInfo& info);
    void on_isa(DeviceInfo& info, std::string_view iobase, std::string_view irq);

    // The other end that a property names: pending, and of its kind. Null, and not understood,
    // where there is none.
    Pending* end(std::string_view key, std::map<std::string, Pending>& ends);

    // Everything was taken, and had a value of its kind.
    [[nodiscard]] bool complete() const {
        const bool model = device_.virtio_model == VirtioModel::unsaid || model_taken_;
        return !failed_ && model && properties_.left().empty();
    }

  private:
    Import& import_;
    Pending& device_;
    Properties properties_;
    std::string id_;
    bool failed_ = false;
    bool model_taken_ = false;
};

// What the reader of definitions makes of this device beside what it may name; none where it
// refuses it, and, without looking, of more devices than any guest has.
template <class Put>
std::optional<GuestDefinition> defined(Import& import, Put put) {
    GuestDefinition probe;
    probe.type = import.guest.type;
    probe.os = import.guest.os;
    probe.os.boot.clear();
    probe.features = import.guest.features;
    probe.memory = Bytes{64ULL * 1024 * 1024};
    put(probe);
    return import.read_again(std::move(probe));
}
template <class Put>
bool can_be_defined(Import& import, Put put) {
    return defined(import, put).has_value();
}

// The socket that a -chardev connects to; empty for any other, which is left as it is.
std::string take_client_socket(Pending& chardev);

// Each for the drivers of its kind: whether the device is in the definition.
bool read_host_usb(DeviceReader& device);
bool read_vfio(DeviceReader& device);
bool read_tpm(DeviceReader& device);
bool read_directory(DeviceReader& device);
bool read_virtiofs(DeviceReader& device);
bool read_plain_memory(DeviceReader& device); // import_shared_memory.cpp, as the next
bool read_doorbell(DeviceReader& device);
bool read_virtio_input(DeviceReader& device);
bool read_client_usb(DeviceReader& device);
bool read_card_reader(DeviceReader& device);
bool read_iommu(DeviceReader& device);
bool read_vmcoreinfo(DeviceReader& device);

} // namespace vmwarden::native
