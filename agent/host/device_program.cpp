// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/host/device_program.h"

#include <array>
#include <cstring>

namespace vmwarden::host {

namespace {

struct Register {
    enum class Kind { unset, number, context };
    Kind kind = Kind::unset;
    std::uint64_t number = 0;
};

bpf_cgroup_dev_ctx context_of(const DeviceQuestion& question) {
    unsigned access = 0;
    if (question.read) access |= BPF_DEVCG_ACC_READ;
    if (question.write) access |= BPF_DEVCG_ACC_WRITE;
    if (question.create) access |= BPF_DEVCG_ACC_MKNOD;
    const unsigned type =
        question.type == DeviceQuestion::Type::block ? BPF_DEVCG_DEV_BLOCK : BPF_DEVCG_DEV_CHAR;
    return {.access_type = access << 16 | type,
            .major = question.device.major,
            .minor = question.device.minor};
}

std::uint64_t sign_extended(std::int32_t immediate) {
    return static_cast<std::uint64_t>(std::int64_t{immediate});
}

std::uint64_t low_word(std::uint64_t number) {
    return number & 0xffffffff;
}

// 64-bit or, of numbers cut to their low words, 32-bit arithmetic; shifts count modulo the width.
std::optional<std::uint64_t> computed(int operation, std::uint64_t left, std::uint64_t right,
                                      bool wide) {
    const std::uint64_t shift = right & (wide ? 63 : 31);
    switch (operation) {
    case BPF_ADD:
        return left + right;
    case BPF_SUB:
        return left - right;
    case BPF_MUL:
        return left * right;
    case BPF_OR:
        return left | right;
    case BPF_AND:
        return left & right;
    case BPF_XOR:
        return left ^ right;
    case BPF_LSH:
        return left << shift;
    case BPF_RSH:
        return left >> shift;
    default:
        return std::nullopt;
    }
}

// Unsigned comparisons only: device numbers have no sign.
std::optional<bool> compared(int operation, std::uint64_t left, std::uint64_t right) {
    switch (operation) {
    case BPF_JEQ:
        return left == right;
    case BPF_JNE:
        return left != right;
    case BPF_JGT:
        return left > right;
    case BPF_JGE:
        return left >= right;
    case BPF_JLT:
        return left < right;
    case BPF_JLE:
        return left <= right;
    case BPF_JSET:
        return (left & right) != 0;
    default:
        return std::nullopt;
    }
}

class Machine {
  public:
    Machine(std::span<const bpf_insn> program, const DeviceQuestion& question)
      : program_(program)
      , context_(context_of(question)) {
        registers_[BPF_REG_1].kind = Register::Kind::context;
    }

    std::optional<bool> run() {
        while (next_ < program_.size()) {
            const bpf_insn& insn = program_[next_++];
            if (insn.code == (BPF_JMP | BPF_EXIT)) return answer();
            if (!step(insn)) return std::nullopt;
        }
        return std::nullopt;
    }

  private:
    std::span<const bpf_insn> program_;
    bpf_cgroup_dev_ctx context_;
    std::array<Register, 11> registers_{};
    std::size_t next_ = 0;

    [[nodiscard]] std::optional<bool> answer() const {
        const Register& result = registers_[BPF_REG_0];
        if (result.kind != Register::Kind::number || result.number > 1) return std::nullopt;
        return result.number == 1;
    }

    // False for an instruction that is not understood.
    bool step(const bpf_insn& insn) {
        if (insn.dst_reg >= registers_.size() || insn.src_reg >= registers_.size()) return false;
        switch (BPF_CLASS(insn.code)) {
        case BPF_LDX:
            return load(insn);
        case BPF_ALU:
            return compute(insn, false);
        case BPF_ALU64:
            return compute(insn, true);
        case BPF_JMP:
            return jump(insn, true);
        case BPF_JMP32:
            return jump(insn, false);
        default:
            return false;
        }
    }

    [[nodiscard]] std::optional<std::uint64_t> number(unsigned index) const {
        const Register& from = registers_[index];
        if (from.kind != Register::Kind::number) return std::nullopt;
        return from.number;
    }

    // The second operand: a register or the instruction's constant.
    [[nodiscard]] std::optional<std::uint64_t> operand(const bpf_insn& insn) const {
        if (BPF_SRC(insn.code) == BPF_X) return number(insn.src_reg);
        return sign_extended(insn.imm);
    }

    bool set(unsigned index, std::uint64_t value) {
        registers_[index] = {Register::Kind::number, value};
        return true;
    }

    // *(size*)(context + offset); the verifier may have narrowed a load to a half or a byte.
    bool load(const bpf_insn& insn) {
        if (BPF_MODE(insn.code) != BPF_MEM) return false;
        if (registers_[insn.src_reg].kind != Register::Kind::context) return false;
        switch (BPF_SIZE(insn.code)) {
        case BPF_W:
            return load_as<std::uint32_t>(insn);
        case BPF_H:
            return load_as<std::uint16_t>(insn);
        case BPF_B:
            return load_as<std::uint8_t>(insn);
        default:
            return false;
        }
    }

    template <class Word>
    bool load_as(const bpf_insn& insn) {
        if (insn.off < 0) return false;
        const auto offset = static_cast<std::size_t>(insn.off);
        if (offset + sizeof(Word) > sizeof context_) return false;
        std::array<unsigned char, sizeof context_> bytes{};
        std::memcpy(bytes.data(), &context_, sizeof context_);
        Word word = 0;
        std::memcpy(&word, bytes.data() + offset, sizeof word);
        return set(insn.dst_reg, word);
    }

    bool move(const bpf_insn& insn, bool wide) {
        if (insn.off != 0) return false; // a sign-extending move of newer kernels
        if (wide && BPF_SRC(insn.code) == BPF_X) {
            registers_[insn.dst_reg] = registers_[insn.src_reg]; // the context pointer too
            return registers_[insn.dst_reg].kind != Register::Kind::unset;
        }
        const auto value = operand(insn);
        return value && set(insn.dst_reg, wide ? *value : low_word(*value));
    }

    bool compute(const bpf_insn& insn, bool wide) {
        const int operation = BPF_OP(insn.code);
        if (operation == BPF_MOV) return move(insn, wide);
        const auto left = number(insn.dst_reg);
        const auto right = operand(insn);
        if (!left || !right) return false;
        const auto result = computed(operation, wide ? *left : low_word(*left),
                                     wide ? *right : low_word(*right), wide);
        return result && set(insn.dst_reg, wide ? *result : low_word(*result));
    }

    bool jump(const bpf_insn& insn, bool wide) {
        if (insn.code == (BPF_JMP | BPF_JA)) return go(insn.off);
        const auto left = number(insn.dst_reg);
        const auto right = operand(insn);
        if (!left || !right) return false;
        const auto taken = compared(BPF_OP(insn.code), wide ? *left : low_word(*left),
                                    wide ? *right : low_word(*right));
        if (!taken) return false;
        return !*taken || go(insn.off);
    }

    // Offsets count from the instruction that follows the jump. Filters only jump ahead, and what
    // only jumps ahead ends.
    bool go(int offset) {
        if (offset < 0) return false;
        next_ += static_cast<std::size_t>(offset);
        return next_ < program_.size();
    }
};

} // namespace

std::optional<bool> device_program_allows(std::span<const bpf_insn> program,
                                          const DeviceQuestion& question) {
    return Machine(program, question).run();
}

} // namespace vmwarden::host
