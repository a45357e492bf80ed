// SPDX-License-Identifier: LGPL-2.1-or-later
// Any instructions at all: the answer may be "not understood", never a read outside of them.
#include "agent/host/device_program.h"

#include <cstring>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    std::vector<bpf_insn> program(size / sizeof(bpf_insn));
    if (!program.empty()) std::memcpy(program.data(), data, program.size() * sizeof(bpf_insn));
    vmwarden::host::DeviceQuestion question;
    question.device = {1, 3};
    question.read = true;
    vmwarden::host::device_program_allows(program, question);
    return 0;
}
