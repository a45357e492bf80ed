// SPDX-License-Identifier: LGPL-2.1-or-later
// policy.yaml + domain.xml + facts.json -> expected.json, or refusals.txt. A case may also hold
// expected.txt, the page that `vmwarden plan` prints.
//
// After a change that is meant: VMWARDEN_GOLDEN_UPDATE=1 meson test -C BUILD golden-plans
// writes what comes out now; the review is `git diff tests/golden`.
#include "src/plan/codec.h"
#include "src/plan/show.h"
#include "src/resolve/resolve.h"
#include "tests/golden/inputs.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdlib>
#include <fstream>

namespace vmwarden::tests {
namespace {

namespace fs = std::filesystem;

bool updating() {
    return std::getenv("VMWARDEN_GOLDEN_UPDATE") != nullptr;
}

std::string refusals_text(const std::vector<Refusal>& refusals, const Inputs& in) {
    std::string out;
    for (const auto& refusal : refusals) {
        const bool policy = refusal.diagnostic.place.file == "policy.yaml";
        out += refusal.kind == Refusal::Kind::denied ? "denied" : "impossible";
        out += " at " + refusal.step + "\n" +
               render(refusal.diagnostic, policy ? in.policy_text : in.domain_text) + "\n\n";
    }
    return out;
}

void expect_file(const fs::path& file, const std::string& text, bool wanted) {
    if (updating()) {
        if (wanted)
            std::ofstream(file) << text;
        else
            fs::remove(file);
    } else if (wanted) {
        EXPECT_EQ(text_of(file), text) << file;
    } else {
        EXPECT_FALSE(fs::exists(file)) << file << " is of no use: the outcome is another";
    }
}

// Everything that resolve() looks at must have been asked for, at once or after a look at headers.
void expect_asked(const Inputs& in) {
    auto request = facts_needed(in.policy, in.definition);
    HostFacts asked = in.facts;
    if (!request.firmware) asked.firmware.clear();
    if (!request.ports) asked.ports_in_use.clear();
    if (!request.vsock) asked.vsock_addresses_in_use.clear();
    for (const auto& firmware : asked.firmware) {
        request.files.push_back(firmware.executable);
        request.files.push_back(firmware.nvram_template);
    }
    if (!request.networks) asked.networks.clear();
    if (request.usb.empty()) asked.usb.clear();
    if (request.vfio.empty()) asked.vfio = {};
    std::sort(request.files.begin(), request.files.end());
    auto nodes = usb_nodes_needed(request, in.facts.usb);
    for (auto& node : vfio_nodes_needed(request, in.facts.vfio))
        nodes.push_back(std::move(node));
    std::erase_if(asked.files, [&](const auto& entry) {
        return !std::binary_search(request.files.begin(), request.files.end(), entry.first) &&
               std::count(nodes.begin(), nodes.end(), entry.first) == 0;
    });
    for (auto more = more_files_needed(request, asked.files); !more.empty();
         more = more_files_needed(request, asked.files))
        for (const auto& path : more)
            asked.files[path] = in.facts.files.at(path);
    EXPECT_EQ(resolve(in.policy, in.definition, asked),
              resolve(in.policy, in.definition, in.facts));
}

void run_case(const fs::path& directory) {
    const auto in = read_inputs(directory);
    const auto resolution = resolve(in.policy, in.definition, in.facts);
    const auto* plan = std::get_if<LaunchPlan>(&resolution);
    const auto* refusals = std::get_if<std::vector<Refusal>>(&resolution);
    expect_file(directory / "expected.json", plan ? plan::to_json(*plan).dump(2) + "\n" : "",
                plan != nullptr);
    expect_file(directory / "refusals.txt", refusals ? refusals_text(*refusals, in) : "",
                refusals != nullptr);
    if (plan != nullptr && fs::exists(directory / "expected.txt"))
        expect_file(directory / "expected.txt", plan::to_text(*plan), true);
    if (plan != nullptr) {
        EXPECT_EQ(plan::decode(plan::encode(*plan)), *plan);
    }
    expect_asked(in);
}

class GoldenPlan : public testing::Test {
  public:
    explicit GoldenPlan(fs::path directory)
      : directory_(std::move(directory)) {}
    void TestBody() override { run_case(directory_); }

  private:
    fs::path directory_;
};

void register_cases(const fs::path& root) {
    std::vector<fs::path> directories;
    for (const auto& entry : fs::directory_iterator(root))
        if (entry.is_directory()) directories.push_back(entry.path());
    std::sort(directories.begin(), directories.end());
    for (const auto& directory : directories)
        testing::RegisterTest(
            "GoldenPlan", directory.filename().c_str(), nullptr, nullptr, __FILE__, __LINE__,
            [directory]() -> testing::Test* { return new GoldenPlan(directory); });
}

} // namespace
} // namespace vmwarden::tests

int main(int argc, char** argv) {
    testing::InitGoogleTest(&argc, argv);
    if (argc != 2) return 2;
    vmwarden::tests::register_cases(argv[1]);
    return RUN_ALL_TESTS();
}
