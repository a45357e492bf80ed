// SPDX-License-Identifier: LGPL-2.1-or-later
// A table of guests, each started by the real QEMU as far as "prelaunch".
#include "src/qemu/board.h"
#include "tests/qemu-accepts/images.h"
#include "tests/qemu-accepts/qemu_process.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <gtest/gtest.h>

#include <cstring>
#include <functional>

namespace vmwarden::accepts {
namespace {

using nlohmann::json;

// Makes the files of a guest as it goes.
class Maker {
  public:
    explicit Maker(const Workplace& place)
      : place_(place) {
        guest.name = "demo";
        guest.memory = Bytes{32ULL * 1024 * 1024};
        guest.features.acpi = true;
    }

    Disk& disk(const std::string& target, DiskBus bus, DiskDevice device = DiskDevice::disk) {
        auto& made = drive(target, bus, device);
        made.source = place_.path(target + ".img");
        make_raw(made.source);
        return made;
    }

    Disk& qcow2(const std::string& target) {
        auto& made = disk(target, DiskBus::virtio);
        made.format = DiskFormat::qcow2;
        make_qcow2(made.source);
        return made;
    }
    [[nodiscard]] std::string image(const std::string& name) const {
        return place_.path(name + ".img");
    }

    Disk& drive(const std::string& target, DiskBus bus, DiskDevice device) {
        auto& made = guest.disks.emplace_back();
        made.device = device;
        made.target = target;
        made.bus = bus;
        return made;
    }

    CharacterDevice& character(CharacterSource source, const std::string& name = {}) {
        auto& made = guest.characters.emplace_back();
        made.source = source;
        made.port = static_cast<unsigned>(guest.characters.size() - 1);
        if (!name.empty()) made.path = place_.path(name);
        return made;
    }

    void kernel() {
        guest.os.kernel = place_.path("vmlinuz");
        guest.os.initrd = place_.path("initrd");
        make_kernel(guest.os.kernel);
        make_raw(guest.os.initrd);
        guest.os.cmdline = "console=ttyS0 root=/dev/vda,x -S \"quoted\"";
    }

    GuestDefinition guest;
    std::map<std::size_t, std::vector<qemu::Image>> images; // as in qemu::CommandContext

  private:
    const Workplace& place_;
};

struct Case {
    std::string name;
    std::function<void(Maker&)> make;
};

void PrintTo(const Case& each, std::ostream* out) {
    *out << each.name;
}

std::vector<Case> drives_on(const std::string& machine) {
    const auto with = [machine](auto add) {
        return [machine, add](Maker& m) {
            m.guest.os.machine = machine;
            add(m);
        };
    };
    const auto cdrom = DiskDevice::cdrom;
    return {
        {machine + "_bare", with([](Maker&) {})},
        {machine + "_ide", with([](Maker& m) {
             m.disk("hda", DiskBus::ide).serial = "WD-1";
             m.disk("hdb", DiskBus::ide);
             m.disk("hdc", DiskBus::ide, cdrom);
             m.drive("hdd", DiskBus::ide, cdrom);
         })},
        {machine + "_sata", with([](Maker& m) {
             for (const char* target : {"sda", "sdb", "sdc", "sdd", "sde"})
                 m.disk(target, DiskBus::sata);
             m.drive("sdf", DiskBus::sata, cdrom);
         })},
        {machine + "_ide_and_sata", with([](Maker& m) {
             m.disk("hda", DiskBus::ide);
             m.disk("sda", DiskBus::sata);
         })},
        {machine + "_scsi", with([](Maker& m) {
             m.disk("sda", DiskBus::scsi).serial = std::string(36, 's');
             m.disk("sdb", DiskBus::scsi, cdrom);
             m.drive("sdc", DiskBus::scsi, cdrom);
             m.disk("sdiv", DiskBus::scsi);
         })},
        {machine + "_virtio", with([](Maker& m) {
             m.disk("vda", DiskBus::virtio).serial = std::string(20, 'v');
             m.disk("vdb", DiskBus::virtio).readonly = true;
         })},
        {machine + "_usb_disk", with([](Maker& m) {
             m.disk("sda", DiskBus::usb).serial = "U1";
             m.disk("sdb", DiskBus::usb).readonly = true;
         })},
        {machine + "_floppy", with([](Maker& m) {
             m.disk("fda", DiskBus::fdc, DiskDevice::floppy);
             m.drive("fdb", DiskBus::fdc, DiskDevice::floppy);
             m.guest.os.boot = {BootDevice::fd};
         })},
        {machine + "_everything", with([](Maker& m) {
             m.disk("hda", DiskBus::ide);
             m.disk("sda", DiskBus::scsi);
             m.disk("sdb", DiskBus::usb);
             m.disk("vda", DiskBus::virtio);
             m.disk("fda", DiskBus::fdc, DiskDevice::floppy);
             m.guest.interfaces.resize(2);
             m.guest.graphics.resize(1);
             m.guest.inputs = {{Input::Type::tablet, Input::Bus::usb},
                               {Input::Type::keyboard, Input::Bus::usb},
                               {Input::Type::mouse, Input::Bus::usb}};
             m.character(CharacterSource::pty);
             m.character(CharacterSource::null).target = CharacterDevice::Target::virtio_console;
             m.guest.os.boot = {BootDevice::fd, BootDevice::cdrom, BootDevice::hd,
                                BootDevice::network};
         })},
        {machine + "_full", with([](Maker& m) { // every slot taken, with the balloon
             m.guest.interfaces.resize(29);
         })},
        {machine + "_kernel", with([](Maker& m) {
             m.kernel(); // which QEMU gives a boot index
             m.disk("vda", DiskBus::virtio);
         })},
        {machine + "_no_acpi", with([](Maker& m) { m.guest.features.acpi = false; })},
    };
}

std::vector<Case> cache_modes() {
    std::vector<Case> cases;
    const std::pair<const char*, DiskCache> modes[] = {{"none", DiskCache::none},
                                                       {"writethrough", DiskCache::writethrough},
                                                       {"writeback", DiskCache::writeback},
                                                       {"directsync", DiskCache::directsync},
                                                       {"unsafe", DiskCache::unsafe}};
    for (const auto& [name, mode] : modes)
        cases.push_back({std::string("cache_") + name, [mode = mode](Maker& m) {
                             m.disk("vda", DiskBus::virtio).cache = mode;
                             m.disk("hda", DiskBus::ide).cache = mode;
                             m.disk("sda", DiskBus::scsi).cache = mode;
                             m.disk("sdb", DiskBus::usb).cache = mode;
                             m.disk("hdc", DiskBus::ide, DiskDevice::cdrom).cache = mode;
                             m.disk("fda", DiskBus::fdc, DiskDevice::floppy).cache = mode;
                         }});
    return cases;
}

std::vector<Case> models() {
    std::vector<Case> cases;
    for (const auto& model : qemu::nic_models()) {
        auto name = "nic_" + std::string(model.name);
        std::ranges::replace(name, '-', '_');
        cases.push_back({name, [model = std::string(model.name)](Maker& m) {
                             m.guest.interfaces.push_back({.model = model});
                         }});
    }
    for (const auto& model : qemu::video_models())
        cases.push_back(
            {"video_" + std::string(model.name), [model = std::string(model.name)](Maker& m) {
                 m.guest.videos.push_back({.model = model});
                 m.guest.graphics.resize(1);
             }});
    return cases;
}

std::vector<Case> others() {
    return {
        {"i686", [](Maker& m) { m.guest.os.arch = "i686"; }},
        {"cpu_maximum", [](Maker& m) { m.guest.cpu_mode = "maximum"; }},
        {"cpu_host_model", [](Maker& m) { m.guest.cpu_mode = "host-model"; }},
        {"cpu_custom",
         [](Maker& m) {
             m.guest.cpu_mode = "custom";
             m.guest.cpu_model = "Conroe";
         }},
        {"vcpus", [](Maker& m) { m.guest.vcpus = 4; }},
        {"odd_memory", [](Maker& m) { m.guest.memory = Bytes{219'137ULL * 1024 + 1}; }},
        {"localtime", [](Maker& m) { m.guest.clock = ClockOffset::localtime; }},
        {"restart_on_poweroff",
         [](Maker& m) {
             m.guest.on_poweroff = LifecycleAction::restart;
             m.guest.on_crash = LifecycleAction::restart;
         }},
        {"destroy_on_reboot", [](Maker& m) { m.guest.on_reboot = LifecycleAction::destroy; }},
        {"network_boot",
         [](Maker& m) {
             m.guest.interfaces.resize(1);
             m.guest.os.boot = {BootDevice::network};
         }},
        {"network_default",
         [](Maker& m) {
             m.guest.interfaces.push_back({.type = InterfaceType::network,
                                           .network = "default",
                                           .mac = "24:42:53:21:52:45"});
         }},
        {"vnc_keymap", [](Maker& m) { m.guest.graphics.push_back({.keymap = "de"}); }},
        {"vnc_ipv6", [](Maker& m) { m.guest.graphics.push_back({.listen = "::1"}); }},
        {"vnc_everywhere", [](Maker& m) { m.guest.graphics.push_back({.listen = "0.0.0.0"}); }},
        {"characters",
         [](Maker& m) {
             m.character(CharacterSource::pty);
             m.character(CharacterSource::file, "serial.log");
             m.character(CharacterSource::unix_listener, "serial.sock");
             m.character(CharacterSource::null);
         }},
        {"consoles",
         [](Maker& m) {
             for (int i = 0; i < 31; ++i)
                 m.character(CharacterSource::null).target =
                     CharacterDevice::Target::virtio_console;
         }},
        {"usb_full",
         [](Maker& m) {
             m.guest.inputs.resize(15, {Input::Type::tablet, Input::Bus::usb});
         }},
        {"qcow2",
         [](Maker& m) {
             auto& disk = m.disk("vda", DiskBus::virtio);
             disk.format = DiskFormat::qcow2;
             make_qcow2(disk.source);
         }},
        {"qcow2_that_names_another_file",
         [](Maker& m) {
             auto& disk = m.disk("vda", DiskBus::virtio);
             disk.format = DiskFormat::qcow2;
             make_qcow2(disk.source, "/nonexistent/other-guest.img");
         }},
        {"qcow2_with_a_backing_chain",
         [](Maker& m) {
             auto& disk = m.qcow2("vda");
             disk.cache = DiskCache::writeback;
             disk.backing = {{DiskSource::file, DiskFormat::qcow2, m.image("mid"), {}},
                             {DiskSource::file, DiskFormat::raw, m.image("base"), {}}};
             make_qcow2(disk.source, "/nonexistent/other-guest.img");
             make_qcow2(disk.backing[0].source, "/nonexistent/other-guest.img");
             make_raw(disk.backing[1].source);
         }},
        {"qcow2_with_a_data_file_in_each_image",
         [](Maker& m) {
             auto& disk = m.qcow2("vda");
             auto& images = m.images[0];
             for (const char* name : {"vda", "mid"}) {
                 images.push_back({m.image(name), DiskSource::file, DiskFormat::qcow2,
                                   m.image("data-of-" + std::string(name))});
                 make_qcow2_with_data(images.back().path, "/nonexistent/other-guest.img");
                 make_raw(images.back().data);
             }
             disk.source = images[0].path;
         }},
        {"two_qcow2_on_one_base",
         [](Maker& m) {
             for (const char* name : {"vda", "vdb"})
                 m.qcow2(name).backing = {
                     {DiskSource::file, DiskFormat::qcow2, m.image("base"), {}}};
             make_qcow2(m.image("base"));
         }},
        {"shared_disk", [](Maker& m) { m.disk("vda", DiskBus::virtio).shareable = true; }},
    };
}

std::vector<Case> all_cases() {
    std::vector<Case> all;
    for (const auto& cases : {drives_on("pc"), drives_on("q35"), cache_modes(), models(), others()})
        all.insert(all.end(), cases.begin(), cases.end());
    return all;
}

bool needs_direct_io(const GuestDefinition& guest) {
    return std::ranges::any_of(guest.disks, [](const Disk& disk) {
        return disk.cache == DiskCache::none || disk.cache == DiskCache::directsync;
    });
}

class QemuTest : public testing::Test {
  protected:
    void SetUp() override {
        ASSERT_EQ(::access(emulator, X_OK), 0) << emulator << " is not installed";
    }
    [[nodiscard]] std::string messages() const { return place_.path("messages"); }

    Workplace place_;
    Maker maker_{place_};
};

class QemuAccepts : public QemuTest, public testing::WithParamInterface<Case> {};

TEST_P(QemuAccepts, guest) {
    GetParam().make(maker_);
    // tmpfs before Linux 6.6 takes no O_DIRECT: nothing of ours could make this case work there.
    if (needs_direct_io(maker_.guest) && !takes_direct_io(place_.path("probe"))) return;
    QemuProcess qemu(maker_.guest, messages(), {}, true, maker_.images);
    try {
        qemu.negotiate();
        EXPECT_EQ(qemu.ask("query-status")["status"], "prelaunch");
        EXPECT_EQ(qemu.ask("query-name")["name"], "demo");
        const int status = qemu.quit();
        EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
    } catch (const host::QmpError& error) {
        ADD_FAILURE() << error.what() << "\n" << file_text(messages());
    }
    const auto said = file_text(messages());
    EXPECT_EQ(said.find("warning"), std::string::npos) << said;
    EXPECT_EQ(said.find("deprecated"), std::string::npos) << said;
}

INSTANTIATE_TEST_SUITE_P(Table, QemuAccepts, testing::ValuesIn(all_cases()),
                         [](const auto& each) { return each.param.name; });

TEST_F(QemuTest, adds_no_device_of_its_own) {
    maker_.guest.memballoon = false;
    QemuProcess qemu(maker_.guest, messages());
    qemu.negotiate();
    EXPECT_EQ(qemu.ask("query-pci")[0]["devices"].size(), 4U) << "host bridge, ISA, IDE, power";
    EXPECT_EQ(qemu.ask("query-block"), json::array());
    EXPECT_EQ(qemu.ask("query-chardev").size(), 1U) << "ours";
    EXPECT_EQ(qemu.ask("query-vnc")["enabled"], false);
}

// Of seccomp, proc(5).
int filters_in(const std::string& status) {
    const std::string key = "\nSeccomp_filters:\t";
    const auto found = status.find(key);
    if (found == std::string::npos) throw std::runtime_error("no Seccomp_filters in:\n" + status);
    return std::stoi(status.substr(found + key.size()));
}

TEST_F(QemuTest, sandbox_is_on_when_asked_for) {
    // A container may have filters of its own.
    const int own_filters = filters_in(file_text("/proc/self/status"));
    for (const bool sandbox : {true, false}) {
        QemuProcess qemu(maker_.guest, messages(), {}, sandbox);
        qemu.negotiate();
        const auto status = file_text("/proc/" + std::to_string(qemu.pid()) + "/status");
        EXPECT_EQ(filters_in(status) > own_filters, sandbox) << status;
        EXPECT_EQ(status.find("\nNoNewPrivs:\t1\n") != std::string::npos, sandbox) << status;
    }
}

TEST_F(QemuTest, writes_its_log_to_an_inherited_descriptor) {
    maker_.character(CharacterSource::file).path = "/nonexistent/never-opened";
    const auto path = place_.path("log");
    const UniqueFd log(::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600));
    QemuProcess qemu(maker_.guest, messages(), {.log = log.get()});
    qemu.negotiate();
    std::string filename;
    for (const auto& each : qemu.ask("query-chardev"))
        if (each["label"] == "char0") filename = each["filename"];
    EXPECT_EQ(filename, "file");
    const auto opened = "/proc/" + std::to_string(qemu.pid()) + "/fd";
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(opened))
        count += std::filesystem::read_symlink(entry.path()) == path ? 1 : 0;
    EXPECT_GE(count, 2U) << "the set's and the character device's own";
}

TEST_F(QemuTest, answers_on_an_inherited_listening_socket) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, place_.path("qmp").c_str(), sizeof address.sun_path - 1);
    const auto* where = reinterpret_cast<const sockaddr*>(&address);
    const UniqueFd listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    ASSERT_EQ(::bind(listener.get(), where, sizeof address), 0);
    ASSERT_EQ(::listen(listener.get(), 4), 0);

    QemuProcess qemu(maker_.guest, messages(), {.listener = listener.get()});
    for (int turn = 0; turn < 2; ++turn) { // an agent that comes back finds the socket again
        UniqueFd connection(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
        ASSERT_EQ(::connect(connection.get(), where, sizeof address), 0);
        host::QmpClient client(std::move(connection));
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
        EXPECT_GE(client.negotiate(deadline).major, 7U);
        EXPECT_EQ(client.execute("query-status", deadline)["status"], "prelaunch");
    }
}

TEST_F(QemuTest, kernel_and_its_words_arrive_whole) {
    maker_.kernel();
    QemuProcess qemu(maker_.guest, messages());
    qemu.negotiate();
    const auto machine = [&](const char* property) {
        return qemu.ask("qom-get", {{"path", "/machine"}, {"property", property}});
    };
    EXPECT_EQ(machine("kernel"), maker_.guest.os.kernel);
    EXPECT_EQ(machine("initrd"), maker_.guest.os.initrd);
    EXPECT_EQ(machine("append"), maker_.guest.os.cmdline);
}

} // namespace
} // namespace vmwarden::accepts
