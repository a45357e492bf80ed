// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/host/device_program.h"

#include <gtest/gtest.h>

#include <vector>

namespace vmwarden::host {
namespace {

using Program = std::vector<bpf_insn>;
using Type = DeviceQuestion::Type;

bpf_insn insn(int code, unsigned dst, unsigned src, int offset, int immediate) {
    bpf_insn made{};
    made.code = static_cast<__u8>(code);
    made.dst_reg = dst & 15;
    made.src_reg = src & 15;
    made.off = static_cast<__s16>(offset);
    made.imm = immediate;
    return made;
}

bpf_insn load(unsigned dst, int offset, int size = BPF_W) {
    return insn(BPF_LDX | size | BPF_MEM, dst, BPF_REG_1, offset, 0);
}
bpf_insn move(unsigned dst, int value) {
    return insn(BPF_ALU64 | BPF_MOV | BPF_K, dst, 0, 0, value);
}
bpf_insn jump_unless(unsigned dst, int value, int offset) {
    return insn(BPF_JMP | BPF_JNE | BPF_K, dst, 0, offset, value);
}
const bpf_insn end = insn(BPF_JMP | BPF_EXIT, 0, 0, 0, 0);

constexpr DeviceQuestion read_null{Type::character, {1, 3}, true, false, false};

std::optional<bool> ask(const Program& program, const DeviceQuestion& question = read_null) {
    return device_program_allows(program, question);
}

// In the manner of a service manager: type in r2, access in r3, major in r4, minor in r5; one rule
// that allows to read and write character device 1:3.
Program allows_null_only() {
    constexpr int read_write = BPF_DEVCG_ACC_READ | BPF_DEVCG_ACC_WRITE;
    return {
        load(BPF_REG_2, 0),
        insn(BPF_ALU | BPF_AND | BPF_K, BPF_REG_2, 0, 0, 0xffff),
        load(BPF_REG_3, 0),
        insn(BPF_ALU | BPF_RSH | BPF_K, BPF_REG_3, 0, 0, 16),
        load(BPF_REG_4, 4),
        load(BPF_REG_5, 8),
        jump_unless(BPF_REG_2, BPF_DEVCG_DEV_CHAR, 7),
        insn(BPF_ALU | BPF_MOV | BPF_X, BPF_REG_1, BPF_REG_3, 0, 0),
        insn(BPF_ALU | BPF_AND | BPF_K, BPF_REG_1, 0, 0, read_write),
        insn(BPF_JMP | BPF_JNE | BPF_X, BPF_REG_1, BPF_REG_3, 4, 0),
        jump_unless(BPF_REG_4, 1, 3),
        jump_unless(BPF_REG_5, 3, 2),
        move(BPF_REG_0, 1),
        end,
        move(BPF_REG_0, 0),
        end,
    };
}

TEST(DeviceProgram, AllowsWhatItsRuleNames) {
    const auto program = allows_null_only();
    EXPECT_EQ(ask(program, {Type::character, {1, 3}, true, false, false}), true);
    EXPECT_EQ(ask(program, {Type::character, {1, 3}, true, true, false}), true);
}

TEST(DeviceProgram, DeniesAnythingElse) {
    const auto program = allows_null_only();
    EXPECT_EQ(ask(program, {Type::block, {1, 3}, true, false, false}), false);
    EXPECT_EQ(ask(program, {Type::character, {2, 3}, true, false, false}), false);
    EXPECT_EQ(ask(program, {Type::character, {1, 4}, true, false, false}), false);
    EXPECT_EQ(ask(program, {Type::character, {1, 3}, false, false, true}), false);
    EXPECT_EQ(ask(program, {Type::character, {1, 3}, true, false, true}), false);
}

TEST(DeviceProgram, LoadsPartsOfTheContext) {
    const DeviceQuestion question{Type::block, {0x12345, 7}, false, true, false};
    for (const auto& [loaded, value] :
         std::vector<std::pair<bpf_insn, int>>{{load(BPF_REG_2, 0, BPF_H), BPF_DEVCG_DEV_BLOCK},
                                               {load(BPF_REG_2, 2, BPF_H), BPF_DEVCG_ACC_WRITE},
                                               {load(BPF_REG_2, 4, BPF_H), 0x2345},
                                               {load(BPF_REG_2, 8, BPF_B), 7}})
        EXPECT_EQ(ask({loaded, move(BPF_REG_0, 1), jump_unless(BPF_REG_2, value, 1), end,
                       move(BPF_REG_0, 0), end},
                      question),
                  true)
            << value;
}

// A program that leaves 1 exactly when `operation` of two numbers gives the third.
std::optional<bool> gives(int code, int left, int right, int result) {
    return ask({move(BPF_REG_2, left), insn(code | BPF_K, BPF_REG_2, 0, 0, right),
                move(BPF_REG_0, 1), jump_unless(BPF_REG_2, result, 1), end, move(BPF_REG_0, 0),
                end});
}

TEST(DeviceProgram, Computes) {
    EXPECT_EQ(gives(BPF_ALU64 | BPF_ADD, 2, 3, 5), true);
    EXPECT_EQ(gives(BPF_ALU64 | BPF_SUB, 2, 3, -1), true);
    EXPECT_EQ(gives(BPF_ALU64 | BPF_MUL, 2, 3, 6), true);
    EXPECT_EQ(gives(BPF_ALU64 | BPF_OR, 6, 3, 7), true);
    EXPECT_EQ(gives(BPF_ALU64 | BPF_AND, 6, 3, 2), true);
    EXPECT_EQ(gives(BPF_ALU64 | BPF_XOR, 6, 3, 5), true);
    EXPECT_EQ(gives(BPF_ALU64 | BPF_LSH, 1, 4, 16), true);
    EXPECT_EQ(gives(BPF_ALU64 | BPF_RSH, 16, 4, 1), true);
}

TEST(DeviceProgram, CutsNarrowResultsToTheirWord) {
    EXPECT_EQ(gives(BPF_ALU | BPF_SUB, 2, 3, -1), false); // 0xffffffff is not -1 in 64 bits
    EXPECT_EQ(gives(BPF_ALU | BPF_RSH, -1, 31, 1), true);
    EXPECT_EQ(gives(BPF_ALU64 | BPF_RSH, -1, 63, 1), true);
}

std::optional<bool> jumps(int code, int left, int right) {
    return ask({move(BPF_REG_0, 1), move(BPF_REG_2, left),
                insn(code | BPF_K, BPF_REG_2, 0, 1, right), move(BPF_REG_0, 0), end});
}

TEST(DeviceProgram, Compares) {
    EXPECT_EQ(jumps(BPF_JMP | BPF_JEQ, 2, 2), true);
    EXPECT_EQ(jumps(BPF_JMP | BPF_JEQ, 2, 3), false);
    EXPECT_EQ(jumps(BPF_JMP | BPF_JNE, 2, 3), true);
    EXPECT_EQ(jumps(BPF_JMP | BPF_JGT, 3, 2), true);
    EXPECT_EQ(jumps(BPF_JMP | BPF_JGT, 2, 2), false);
    EXPECT_EQ(jumps(BPF_JMP | BPF_JGE, 2, 2), true);
    EXPECT_EQ(jumps(BPF_JMP | BPF_JLT, -1, 2), false); // unsigned
    EXPECT_EQ(jumps(BPF_JMP | BPF_JLE, 2, 2), true);
    EXPECT_EQ(jumps(BPF_JMP | BPF_JSET, 6, 4), true);
    EXPECT_EQ(jumps(BPF_JMP | BPF_JSET, 6, 1), false);
    EXPECT_EQ(jumps(BPF_JMP32 | BPF_JEQ, -1, -1), true);
}

TEST(DeviceProgram, IsNotUnderstoodWithStrangeInstructions) {
    const bpf_insn allow = move(BPF_REG_0, 1);
    for (const int code : {BPF_JMP | BPF_CALL, BPF_STX | BPF_MEM | BPF_W, BPF_LD | BPF_IMM | BPF_DW,
                           BPF_ALU64 | BPF_DIV | BPF_K, BPF_JMP | BPF_JSGT | BPF_K,
                           BPF_ALU64 | BPF_NEG, BPF_LDX | BPF_MEM | BPF_DW})
        EXPECT_EQ(ask({allow, insn(code, BPF_REG_0, BPF_REG_1, 0, 1), end}), std::nullopt) << code;
}

TEST(DeviceProgram, IsNotUnderstoodWhenItLeavesItsBounds) {
    const bpf_insn allow = move(BPF_REG_0, 1);
    EXPECT_EQ(ask({}), std::nullopt);
    EXPECT_EQ(ask({allow}), std::nullopt);
    EXPECT_EQ(ask({allow, insn(BPF_JMP | BPF_JA, 0, 0, 5, 0), end}), std::nullopt);
    EXPECT_EQ(ask({allow, insn(BPF_JMP | BPF_JA, 0, 0, -9, 0), end}), std::nullopt);
    EXPECT_EQ(ask({allow, load(BPF_REG_2, 12), end}), std::nullopt);
    EXPECT_EQ(ask({allow, load(BPF_REG_2, 9), end}), std::nullopt);
    EXPECT_EQ(ask({allow, load(BPF_REG_2, -4), end}), std::nullopt);
    EXPECT_EQ(ask({insn(BPF_ALU64 | BPF_MOV | BPF_K, 15, 0, 0, 1), end}), std::nullopt);
}

TEST(DeviceProgram, IsNotUnderstoodWhenItUsesWhatItNeverSet) {
    EXPECT_EQ(ask({end}), std::nullopt);
    EXPECT_EQ(ask({insn(BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_0, BPF_REG_7, 0, 0), end}),
              std::nullopt);
    EXPECT_EQ(ask({insn(BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_0, BPF_REG_1, 0, 0), end}),
              std::nullopt)
        << "the context is no answer";
    EXPECT_EQ(ask({move(BPF_REG_0, 2), end}), std::nullopt);
}

TEST(DeviceProgram, IsNotUnderstoodWhenItJumpsBack) {
    EXPECT_EQ(ask({insn(BPF_JMP | BPF_JA, 0, 0, -1, 0), end}), std::nullopt);
}

} // namespace
} // namespace vmwarden::host
