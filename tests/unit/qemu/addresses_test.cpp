// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/qemu/addresses.h"
#include "tests/unit/qemu/sample.h"

#include <gtest/gtest.h>

namespace vmwarden::qemu {
namespace {

using namespace sample;

Controller bridge(const char* model, unsigned index) {
    return {.type = ControllerType::pci, .index = index, .model = model};
}

Interface nic(DeviceInfo info = {}) {
    return {.mac = "52:54:00:00:00:01", .info = std::move(info)};
}

DeviceInfo pci(unsigned bus, unsigned slot, unsigned function = 0) {
    return {.address = PciAddress{.bus = bus, .slot = slot, .function = function}};
}

std::vector<std::string> messages(const GuestDefinition& definition) {
    std::vector<std::string> texts;
    const auto found = unsupported(definition);
    for (const auto& each : found.list())
        texts.push_back(each.message);
    return texts;
}

json nic_at(const GuestDefinition& definition, unsigned number) {
    return object(definition, "-device", "nic" + std::to_string(number));
}

TEST(Addresses, the_chosen_come_first_and_the_others_take_what_is_free) {
    auto definition = guest();
    definition.interfaces = {nic(), nic(pci(0, 2)), nic(pci(0, 4)), nic()};
    EXPECT_EQ(nic_at(definition, 1)["addr"], "0x2");
    EXPECT_EQ(nic_at(definition, 2)["addr"], "0x4");
    EXPECT_EQ(nic_at(definition, 0)["addr"], "0x3");
    EXPECT_EQ(nic_at(definition, 3)["addr"], "0x5");
}

TEST(Addresses, two_cannot_have_one) {
    auto definition = guest();
    definition.interfaces = {nic(pci(0, 5)), nic(pci(0, 5))};
    definition.interfaces[0].place.line = 7;
    EXPECT_EQ(messages(definition), std::vector<std::string>{"<interface> of line 0: PCI address "
                                                             "0000:00:05.0 is taken by <interface> "
                                                             "of line 7"});
    definition.interfaces = {nic(pci(0, 1, 1))};
    EXPECT_EQ(messages(definition)[0],
              "<interface> of line 0: PCI address 0000:00:01.1 is taken by the machine itself");
}

TEST(Addresses, functions_of_one_slot) {
    auto definition = guest();
    definition.interfaces = {nic(pci(0, 5, 1)), nic(pci(0, 5))};
    EXPECT_EQ(nic_at(definition, 1)["multifunction"], true);
    EXPECT_EQ(nic_at(definition, 0)["addr"], "0x5.0x1");
    EXPECT_FALSE(nic_at(definition, 0).contains("multifunction"));
    definition.interfaces[1].info.address = PciAddress{.slot = 5, .multifunction = false};
    EXPECT_EQ(messages(definition), std::vector<std::string>{"slot 5 has more than one function"});
    definition.interfaces.pop_back();
    EXPECT_EQ(messages(definition),
              std::vector<std::string>{"there is no device at function 0 of slot 5"});
}

TEST(Addresses, buses_behind_ports_and_bridges) {
    auto definition = guest();
    definition.os.machine = "q35";
    definition.controllers = {bridge("pcie-root-port", 1), bridge("pcie-to-pci-bridge", 2)};
    definition.controllers[1].info = pci(1, 0);
    definition.interfaces = {nic(pci(2, 3))};
    EXPECT_EQ(nic_at(definition, 0)["bus"], "pci.2");
    EXPECT_EQ(object(definition, "-device", "pci.1")["bus"], "pcie.0");
    EXPECT_EQ(object(definition, "-device", "pci.2")["bus"], "pci.1");
    EXPECT_EQ(messages(definition), std::vector<std::string>{});
}

TEST(Addresses, buses_that_are_not_there_or_do_not_fit) {
    auto definition = guest();
    definition.interfaces = {nic(pci(3, 1))};
    EXPECT_EQ(messages(definition),
              std::vector<std::string>{"<interface> of line 0: there is no PCI bus 3"});
    definition = guest();
    definition.controllers = {bridge("pcie-root-port", 1)};
    definition.controllers[0].info = pci(0, 3);
    EXPECT_EQ(messages(definition),
              std::vector<std::string>{"<controller> of line 0: a pcie-root-port cannot be plugged "
                                       "into a pci-root"});
    definition.os.machine = "q35";
    definition.interfaces = {nic(pci(1, 1))};
    EXPECT_EQ(messages(definition),
              std::vector<std::string>{"<interface> of line 0: PCI bus 1 has no slot 1"});
    definition.interfaces.clear();
    definition.controllers[0].info = pci(1, 0);
    EXPECT_EQ(messages(definition),
              std::vector<std::string>{"<controller> of line 0: PCI bus 1 cannot be before bus 1"});
}

TEST(Addresses, a_full_root_goes_on_behind_its_bridge) {
    auto definition = guest();
    definition.controllers = {bridge("pci-bridge", 1)};
    definition.interfaces.resize(30, nic());
    EXPECT_EQ(messages(definition), std::vector<std::string>{});
    EXPECT_EQ(nic_at(definition, 28)["bus"], "pci.0");
    EXPECT_EQ(nic_at(definition, 29)["bus"], "pci.1");
    EXPECT_EQ(nic_at(definition, 29)["addr"], "0x1");
}

TEST(Addresses, that_a_bus_is_full_is_said_once) {
    auto definition = guest();
    definition.interfaces.resize(4000, nic());
    EXPECT_EQ(messages(definition),
              std::vector<std::string>{"<interface> of line 0: more PCI devices than slots"});
    definition.interfaces.clear();
    definition.inputs.resize(4000, {Input::Type::tablet, Input::Bus::usb});
    EXPECT_EQ(messages(definition),
              std::vector<std::string>{"<input> of line 0: more USB devices than ports"});
}

TEST(Addresses, companions_share_the_slot_of_their_controller) {
    auto definition = guest();
    for (const char* model : {"ich9-ehci1", "ich9-uhci1", "ich9-uhci2", "ich9-uhci3"})
        definition.controllers.push_back({.type = ControllerType::usb, .index = 0, .model = model});
    for (unsigned i = 1; i < 4; ++i)
        definition.controllers[i].master_port = 2 * (i - 1);
    EXPECT_EQ(object(definition, "-device", "usb0")["addr"], "0x2.0x7");
    const auto first = object(definition, "-device", "usb0-uhci1");
    EXPECT_EQ(first["addr"], "0x2");
    EXPECT_EQ(first["multifunction"], true);
    EXPECT_EQ(first["masterbus"], "usb0.0");
    EXPECT_EQ(object(definition, "-device", "usb0-uhci3")["firstport"], 4);
    definition.controllers.erase(definition.controllers.begin());
    EXPECT_EQ(messages(definition)[0], "there is no ich9-ehci1 for it to serve");
}

TEST(Addresses, ports_of_usb_and_hubs) {
    auto definition = guest();
    definition.hubs = {{.info = {.address = UsbAddress{.port = "1"}}}};
    definition.inputs = {{Input::Type::tablet, Input::Bus::usb},
                         {Input::Type::mouse, Input::Bus::usb}};
    definition.inputs[1].info.address = UsbAddress{.port = "1.2"};
    EXPECT_EQ(object(definition, "-device", "input0")["port"], "2");
    EXPECT_EQ(object(definition, "-device", "input1")["port"], "1.2");
    definition.inputs[1].info.address = UsbAddress{.port = "3.2"};
    EXPECT_EQ(messages(definition),
              std::vector<std::string>{"<input> of line 0: there is no hub in USB port 3"});
    definition.inputs[1].info.address = UsbAddress{.bus = 1, .port = "1"};
    EXPECT_EQ(messages(definition),
              std::vector<std::string>{"<input> of line 0: there is no usb controller 1"});
}

TEST(Addresses, drives_on_several_controllers) {
    auto definition = guest();
    definition.controllers = {{.type = ControllerType::scsi, .index = 0, .model = "lsilogic"},
                              {.type = ControllerType::scsi, .index = 1}};
    definition.disks = {disk("sda", DiskBus::scsi), disk("sdh", DiskBus::scsi),
                        disk("sdb", DiskBus::scsi)};
    definition.disks[2].info.address = DriveAddress{.controller = 1, .target = 3, .unit = 9};
    EXPECT_EQ(object(definition, "-device", "disk-sda")["bus"], "scsi0.0");
    EXPECT_EQ(object(definition, "-device", "disk-sdh")["bus"], "scsi1.0");
    EXPECT_EQ(object(definition, "-device", "disk-sdh")["scsi-id"], 0);
    EXPECT_EQ(object(definition, "-device", "disk-sdb")["scsi-id"], 3);
    EXPECT_EQ(object(definition, "-device", "disk-sdb")["lun"], 9);
    definition.disks[2].info.address = DriveAddress{.controller = 2};
    EXPECT_EQ(messages(definition),
              std::vector<std::string>{"disk 'sdb': there is no scsi controller 2"});
    definition.disks[2].info.address = DriveAddress{.controller = 0, .target = 1};
    EXPECT_EQ(messages(definition), std::vector<std::string>{"disk 'sdb': there is no target 1 on "
                                                             "scsi controller 0"});
}

TEST(Addresses, an_alias_of_the_owners_is_the_id) {
    auto definition = guest();
    definition.interfaces = {nic({.alias = "ua-lan"}), nic({.alias = "net1"})};
    EXPECT_EQ(object(definition, "-device", "ua-lan")["netdev"], "net0");
    EXPECT_EQ(nic_at(definition, 1)["netdev"], "net1");
    definition.interfaces[1].info.alias = "ua-lan";
    EXPECT_EQ(messages(definition)[0],
              "<interface> of line 0: alias 'ua-lan' is that of another device");
}

TEST(Addresses, a_kind_that_the_device_has_not) {
    auto definition = guest();
    definition.interfaces = {nic({.address = UsbAddress{}})};
    EXPECT_EQ(messages(definition)[0],
              "<interface> of line 0: this device needs an address of type 'pci'");
    definition = guest();
    definition.sounds = {{.model = SoundModel::sb16, .info = pci(0, 4)}};
    EXPECT_EQ(messages(definition)[0], "<sound> of line 0: this device has no address");
}

} // namespace
} // namespace vmwarden::qemu
