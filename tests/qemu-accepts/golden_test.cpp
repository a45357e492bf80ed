// SPDX-License-Identifier: LGPL-2.1-or-later
// Every definition of tests/golden/domains, with files of its own, started by the real QEMU.
#include "agent/host/overlay.h"
#include "src/domain/domain_xml.h"
#include "src/hostfacts/host_facts.h"
#include "src/qemu/graphics.h"
#include "src/qemu/small_devices.h"
#include "tests/qemu-accepts/images.h"
#include "tests/qemu-accepts/qemu_process.h"
#include "tests/qemu-accepts/taps.h"
#include "tests/qemu-accepts/tpm_emulator.h"
#include "tests/unit/domain/golden.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

#include <gtest/gtest.h>

namespace vmwarden::accepts {
namespace {

// What a definition names on its host, put into a directory of the test's.
class Landing {
  public:
    explicit Landing(const Workplace& place)
      : place_(place) {}
    ~Landing() {
        for (const auto& file : shared_memory_)
            ::unlink(file.c_str());
    }
    Landing(const Landing&) = delete;
    Landing& operator=(const Landing&) = delete;

    void settle(GuestDefinition& guest) {
        for (auto& disk : guest.disks)
            settle(disk);
        for (auto& character : guest.characters)
            settle(character);
        if (!guest.os.kernel.empty()) make_kernel(guest.os.kernel = place_.path("vmlinuz"));
        if (!guest.os.initrd.empty()) make_raw(guest.os.initrd = place_.path("initrd"));
        for (auto& graphics : guest.graphics)
            settle(graphics);
        settle(guest.os.firmware);
        for (auto& filesystem : guest.filesystems)
            if (!filesystem.directory.empty())
                std::filesystem::create_directory(filesystem.directory = next());
        for (auto& memory : guest.shared_memories)
            settle(memory);
        for (auto& file : guest.system_information.fwcfg)
            if (!file.file.empty()) make_raw(file.file = next());
        for (auto& interface : guest.interfaces)
            if (!interface.rom.file.empty()) make_rom(interface.rom.file = next());
    }

  private:
    std::string next() { return place_.path("file" + std::to_string(count_++)); }

    // Where all of the host's has its place: under a name of this test's, which it takes away.
    void settle(SharedMemory& memory) {
        memory.name = "vmwarden-accepts-" + std::to_string(::getpid()) + "-" + memory.name;
        shared_memory_.push_back(file_of(memory));
    }
    void settle(Disk& disk) {
        if (disk.type == DiskSource::directory) {
            std::filesystem::create_directory(disk.source = next());
            return;
        }
        disk.type = DiskSource::file;
        for (auto& store : disk.backing) {
            store.type = DiskSource::file;
            make(store.source = next(), store.format);
        }
        if (!disk.source.empty()) make(disk.source = next(), disk.format);
        // Not every file system that a test runs on has them.
        const bool direct = disk.cache == DiskCache::none || disk.cache == DiskCache::directsync;
        if (!direct || takes_direct_io(place_.path("probe"))) return;
        disk.cache = DiskCache::writeback;
        disk.tuning.io = DiskIo::threads;
    }
    // Flash as large as QEMU's loader takes it; nothing in it runs.
    void settle(Firmware& firmware) {
        // resolve() has chosen one by now.
        const bool variables = firmware.kind == FirmwareKind::efi || !firmware.nvram.empty() ||
                               !firmware.nvram_template.empty();
        if (firmware.kind == FirmwareKind::efi && !firmware.loader)
            firmware.loader = Loader{.path = {}, .type = LoaderType::pflash};
        const bool named = firmware.kind == FirmwareKind::efi ||
                           (firmware.loader && !firmware.loader->path.empty());
        firmware.kind = FirmwareKind::unsaid;
        if (firmware.loader && named) make_flash(firmware.loader->path = next());
        if (variables && firmware.loader->stateless != true) make_flash(firmware.nvram = next());
    }
    // The signature of an expansion ROM, and nothing behind it.
    static void make_rom(const std::string& path) {
        std::ofstream(path) << std::string("\x55\xaa\x01") + std::string(509, '\0');
    }
    static void make_flash(const std::string& path) {
        constexpr std::uintmax_t size = 128 * 1024;
        std::ofstream(path).close();
        std::filesystem::resize_file(path, size);
    }

    static void make(const std::string& path, DiskFormat format) {
        if (format == DiskFormat::qcow2)
            make_qcow2(path);
        else
            make_raw(path);
    }

    void settle(CharacterDevice& character) {
        const bool named = character.source == CharacterSource::file ||
                           character.source == CharacterSource::unix_listener;
        if (named) character.path = next();
        if (!character.log.empty()) character.log = next();
        if (character.source == CharacterSource::tcp_listener)
            character.service = free_port(character.host == "::1" ? AF_INET6 : AF_INET);
        if (character.source == CharacterSource::device) character.path = "/dev/null";
    }
    // SPICE finds none itself, and others listen here as well.
    void settle(Graphics& graphics) {
        if (!graphics.socket.empty()) graphics.socket = next();
        const bool tcp = graphics.listens == ListenType::address;
        if (graphics.type == GraphicsType::spice && tcp)
            graphics.port = static_cast<int>(free_port(AF_INET));
    }
    static unsigned free_port(int family) {
        const UniqueFd socket(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0));
        sockaddr_storage address{};
        address.ss_family = static_cast<sa_family_t>(family);
        socklen_t size = family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
        auto* const where = reinterpret_cast<sockaddr*>(&address);
        if (::bind(socket.get(), where, size) != 0 ||
            ::getsockname(socket.get(), where, &size) != 0)
            throw std::runtime_error("no free port");
        return ntohs(family == AF_INET ? reinterpret_cast<sockaddr_in*>(where)->sin_port
                                       : reinterpret_cast<sockaddr_in6*>(where)->sin6_port);
    }

    const Workplace& place_;
    int count_ = 0;
    std::vector<std::string> shared_memory_;
};

// As the agent makes them, inherited by QEMU.
class Overlays {
  public:
    Overlays(const GuestDefinition& guest, const std::string& directory) {
        for (std::size_t i = 0; i < guest.disks.size(); ++i) {
            if (!guest.disks[i].transient) continue;
            const auto overlay = host::make_overlay(directory, 65536);
            files_.emplace_back(::fcntl(overlay.get(), F_DUPFD, 30));
            fds_[i] = files_.back().get();
        }
    }
    [[nodiscard]] const std::map<std::size_t, int>& fds() const { return fds_; }

  private:
    std::map<std::size_t, int> fds_;
    std::vector<UniqueFd> files_;
};

bool can_open(const char* node) {
    return ::access(node, R_OK | W_OK) == 0;
}

// What this host cannot do is left out: here it is the words that are judged.
void leave_out_what_is_not_here(GuestDefinition& guest) {
    guest.type = DomainType::qemu;
    guest.feature_details.ioapic = IoapicDriver::unsaid;
    // The one that QEMU asks of the kernel even without KVM.
    std::erase_if(guest.feature_details.hyperv,
                  [](const NamedSwitch& each) { return each.name == "vpindex"; });
    if (guest.cpu_mode == "host-passthrough") guest.cpu_mode = "maximum";
    if (!can_open(vsock_node)) guest.vsock.reset();
    // By vendor and product QEMU waits for a device; a place has one or has none.
    std::erase_if(guest.host_devices,
                  [](const HostDevice& device) { return device.type != HostDeviceType::usb; });
    for (auto& device : guest.host_devices) {
        if (!device.model) device.model = UsbModel{0x0951, 0x1666};
        device.at.reset();
    }
    // QEMU waits for what a server of theirs says.
    std::erase_if(guest.filesystems, [](const Filesystem& filesystem) {
        return filesystem.driver == FilesystemDriver::virtiofs;
    });
    std::erase_if(guest.shared_memories, has_doorbell);
    if (guest.tpm && guest.tpm->backend == TpmBackend::passthrough) guest.tpm.reset();
    // Nobody listens here; the host cases have somebody who does.
    for (auto& interface : guest.interfaces) {
        if (interface.type != InterfaceType::vhostuser) continue;
        interface.type = InterfaceType::user;
        interface.driver = {};
    }
    for (auto& graphics : guest.graphics)
        if (!can_open(qemu::render_node(graphics).c_str())) graphics.gl.reset();
    std::erase_if(guest.graphics, [](const Graphics& graphics) {
        return graphics.type == GraphicsType::egl_headless &&
               !can_open(qemu::render_node(graphics).c_str());
    });
    for (auto& video : guest.videos)
        if (!qemu::has_graphics(guest, GraphicsType::egl_headless)) video.accel3d.reset();
    // Only a real one takes the questions that QEMU asks of it.
    std::erase_if(guest.characters, [](const CharacterDevice& character) {
        return character.source == CharacterSource::device &&
               character.target == CharacterDevice::Target::parallel;
    });
    // Pages and a limit that the host must have been told to give.
    guest.memory_backing.hugepages = guest.memory_backing.locked = false;
    guest.memory_backing.page_size = 0;
    constexpr std::uint64_t enough = 64ULL * 1024 * 1024;
    constexpr std::uint64_t plenty = 1024 * enough;
    if (guest.memory.count > plenty) guest.memory = Bytes{enough};
}

// Well-formed wishes that src/qemu refuses with a reason of its own.
bool is_refused(const std::filesystem::path& file) {
    return file.stem() == "features-and-actions" || file.stem() == "graphics-automatic";
}

// What QEMU says of a processor that this host cannot be is no word of ours.
bool is_complaint(const std::string& line) {
    return line.find("warning") != std::string::npos &&
           line.find("support requested feature") == std::string::npos;
}

std::string complaints(const std::string& messages) {
    std::istringstream lines(file_text(messages));
    std::string all;
    for (std::string line; std::getline(lines, line);)
        if (is_complaint(line)) all += line + "\n";
    return all;
}

class GoldenDomains : public testing::TestWithParam<std::filesystem::path> {
  protected:
    Workplace place_;
};

TEST_P(GoldenDomains, are_started) {
    ASSERT_EQ(::access(emulator, X_OK), 0) << emulator << " is not installed";
    const auto xml = domain::content_of(GetParam());
    auto read = read_domain(GetParam().filename(), xml);
    ASSERT_TRUE(read.definition) << render(read.diagnostics, xml);
    auto& guest = *read.definition;
    if (!guest.os.arch.empty() && guest.os.arch != "x86_64" && guest.os.arch != "i686") return;
    Landing landing(place_);
    landing.settle(guest);
    leave_out_what_is_not_here(guest);
    const auto problems = qemu::unsupported(guest);
    ASSERT_EQ(problems.has_errors(), is_refused(GetParam())) << render(problems, xml);
    if (is_refused(GetParam())) return;

    const auto messages = place_.path("messages");
    const Taps taps(guest);
    TpmEmulator tpm(guest, place_.path("tpm"));
    const Overlays overlays(guest, place_.path(""));
    QemuProcess qemu(guest, messages, {.tpm = tpm.fd()}, true, {}, taps.back_ends(),
                     overlays.fds());
    tpm.close_here();
    try {
        qemu.negotiate();
        EXPECT_EQ(qemu.ask("query-status")["status"], "prelaunch");
        const int status = qemu.quit();
        EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
        EXPECT_EQ(tpm.end(), 0) << "swtpm goes with QEMU";
    } catch (const host::QmpError& error) {
        ADD_FAILURE() << error.what() << "\n" << file_text(messages);
    }
    EXPECT_EQ(complaints(messages), "");
}

// QEMU takes a device's words before it looks for the device. So this is what it says of one that
// is not here, and nothing before that.
TEST_P(GoldenDomains, ask_for_host_devices_in_words_that_qemu_knows) {
    const auto xml = domain::content_of(GetParam());
    auto read = read_domain(GetParam().filename(), xml);
    ASSERT_TRUE(read.definition) << render(read.diagnostics, xml);
    auto& guest = *read.definition;
    const auto wanted = std::exchange(guest.host_devices, {});
    Landing landing(place_);
    landing.settle(guest);
    leave_out_what_is_not_here(guest);
    for (const auto& device : wanted) {
        if (device.type == HostDeviceType::usb) continue;
        guest.host_devices = {device};
        guest.host_devices[0].pci = {0xffff, 0xff, 0x1f, 7};
        guest.host_devices[0].rom.file = "";
        const auto messages = place_.path("messages");
        QemuProcess qemu(guest, messages, {}, true, {}, {});
        EXPECT_THROW(qemu.negotiate(), host::QmpError);
        EXPECT_NE(file_text(messages).find("no such host device"), std::string::npos)
            << file_text(messages);
        EXPECT_EQ(file_text(messages).find("Property"), std::string::npos) << file_text(messages);
    }
}

std::string name_of(const testing::TestParamInfo<std::filesystem::path>& info) {
    auto name = info.param.stem().string();
    std::replace_if(
        name.begin(), name.end(), [](char c) { return !std::isalnum(c); }, '_');
    return name;
}

// Where they are on a host of another release than this one was built on.
std::vector<std::filesystem::path> definitions() {
    const char* golden = std::getenv("VMWARDEN_GOLDEN");
    return domain::files_in(
        std::filesystem::path(golden == nullptr ? VMWARDEN_GOLDEN : golden) / "domains", ".xml");
}

INSTANTIATE_TEST_SUITE_P(Golden, GoldenDomains, testing::ValuesIn(definitions()), name_of);

} // namespace
} // namespace vmwarden::accepts
