// SPDX-License-Identifier: LGPL-2.1-or-later
#include "src/domain/values.h"

#include <gtest/gtest.h>

#include <limits>

namespace vmwarden::domain {
namespace {

class Values : public testing::Test {
  protected:
    std::optional<std::uint64_t> memory(std::string_view number, const char* unit) {
        std::optional<Value> stated;
        if (unit != nullptr) stated = Value{unit, {}};
        const auto read = memory_from({number, {}}, stated, report_);
        return read ? std::optional(read->count) : std::nullopt;
    }
    Source source_{"t", ""};
    Report report_{source_};
};

TEST_F(Values, MemoryHasAllOfLibvirtsUnits) {
    EXPECT_EQ(memory("3", nullptr), 3U << 10);
    for (const auto* unit : {"b", "B", "byte", "bytes"})
        EXPECT_EQ(memory("1024", unit), 1024U);
    for (const auto* unit : {"k", "K", "KiB", "kib"})
        EXPECT_EQ(memory("3", unit), 3U << 10);
    for (const auto* unit : {"M", "MiB"})
        EXPECT_EQ(memory("3", unit), 3U << 20);
    for (const auto* unit : {"G", "GiB"})
        EXPECT_EQ(memory("3", unit), 3ULL << 30);
    for (const auto* unit : {"T", "TiB"})
        EXPECT_EQ(memory("3", unit), 3ULL << 40);
    for (const auto* unit : {"P", "PiB"})
        EXPECT_EQ(memory("3", unit), 3ULL << 50);
    EXPECT_EQ(memory("3", "EiB"), 3ULL << 60);
    EXPECT_EQ(memory("128", "KB"), 128000U);
    EXPECT_EQ(memory("128", "MB"), 128000000U);
    EXPECT_EQ(memory("128", "GB"), 128000000000ULL);
    EXPECT_FALSE(report_.has_errors());
}

TEST_F(Values, MemoryIsRoundedUpToKibibytes) {
    EXPECT_EQ(memory("1", "b"), 1024U);
    EXPECT_EQ(memory("1025", "b"), 2048U);
    EXPECT_EQ(memory("1", "KB"), 1024U);
}

TEST_F(Values, MemoryDoesNotOverflow) {
    EXPECT_EQ(memory("18446744073709550592", "b"), 18446744073709550592ULL);
    EXPECT_EQ(memory("18446744073709550593", "b"), std::nullopt);
    EXPECT_EQ(memory("18446744073709551615", "b"), std::nullopt);
    EXPECT_EQ(memory("18446744073709551615", nullptr), std::nullopt);
    EXPECT_EQ(memory("15", "EiB"), 15ULL << 60);
    EXPECT_EQ(memory("16", "EiB"), std::nullopt);
    EXPECT_EQ(memory("19", "EB"), std::nullopt);
    EXPECT_TRUE(report_.has_errors());
}

TEST_F(Values, MemoryRefusesOtherUnitsAndNumbers) {
    for (const auto* unit : {"", "x", "KiBi", "bits", "kBB", "i"})
        EXPECT_EQ(memory("1", unit), std::nullopt) << unit;
    for (const auto* number : {"", "0", "-1", "+1", "1.5", "1e3", "0x10", "1 2"})
        EXPECT_EQ(memory(number, "b"), std::nullopt) << number;
}

TEST_F(Values, PathsAreAbsoluteAndPlain) {
    for (const auto* path : {"/a", "/a b/c,d=e.img", "/a/..b", "/a/b..", "/dev/disk/by-id/x:y"})
        EXPECT_EQ(path_from({path, {}}, report_), path);
    EXPECT_FALSE(report_.has_errors());
    for (const auto* path :
         {"", "a", "./a", "/", "/a/", "/..", "/a/../b", "/a/..", "/a\nb", "/a\x7f", "/a\xc2\x85"})
        EXPECT_EQ(path_from({path, {}}, report_), std::nullopt) << path;
    EXPECT_TRUE(path_from({"/" + std::string(4094, 'a'), {}}, report_));
    EXPECT_FALSE(path_from({"/" + std::string(4095, 'a'), {}}, report_));
}

TEST_F(Values, MacAddressesAreIndividualAndLowerCase) {
    EXPECT_EQ(mac_from({"52:54:00:AB:cd:EF", {}}, report_), "52:54:00:ab:cd:ef");
    EXPECT_EQ(mac_from({"24:42:53:21:52:45", {}}, report_), "24:42:53:21:52:45");
    for (const auto* mac :
         {"", "00:00:00:00:00:00", "01:00:00:00:00:01", "5f:54:00:00:00:01", "52:54:0:0:0:1",
          "52.54.00.00.00.01", "52:54:00:00:00:01:", "525400000001xxxxx"})
        EXPECT_EQ(mac_from({mac, {}}, report_), std::nullopt) << mac;
}

TEST_F(Values, TokensCannotSpeakToQemu) {
    for (const auto* token : {"pc", "pc-q35-7.2", "qemu64", "Skylake-Client_v1"})
        EXPECT_EQ(token_from({token, {}}, "machine", report_), token);
    for (const auto* token : {"", "pc,accel=kvm", "-pc", ".pc", "p c", "p=c", "ä"})
        EXPECT_EQ(token_from({token, {}}, "machine", report_), std::nullopt) << token;
    EXPECT_FALSE(token_from({std::string(65, 'a'), {}}, "machine", report_));
}

TEST_F(Values, AddressesAreLiteral) {
    for (const auto* address : {"127.0.0.1", "0.0.0.0", "::", "::1", "fe80::1"})
        EXPECT_EQ(address_from({address, {}}, report_), address);
    for (const auto* address : {"", "localhost", "127.0.0", "127.0.0.1,x", "[::1]", "1.2.3.4:5"})
        EXPECT_EQ(address_from({address, {}}, report_), std::nullopt) << address;
}

} // namespace
} // namespace vmwarden::domain
