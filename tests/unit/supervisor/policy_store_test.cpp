// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/supervisor/policy_store.h"

#include "src/hostpolicy/restrictive.h"

#include <deque>
#include <gtest/gtest.h>
#include <stdexcept>

namespace vmwarden::supervisor {

namespace {

using Origin = PolicySnapshot::Origin;

constexpr const char* good = "version: 1\nuser: one\n";
constexpr const char* better = "version: 1\nuser: two\n";
constexpr const char* bad = "version: 1\nusr: one\nslice: 7\n";
constexpr const char* path = "/etc/vmwarden/policy.d/test.yaml";
const std::string directory = "/etc/vmwarden/policy.d/";

// Policy files and what is kept of them; nothing else is asked of this host.
class PolicyHost final : public Effects {
  public:
    std::string text = good;
    std::deque<std::string> next;           // found before `text`, one at each reading
    std::map<std::string, std::string> own; // further files, behind that one in order
    Diagnostics findings;
    host::LastGoodPolicy kept;
    bool disk_full = false;
    unsigned keeps = 0;
    unsigned readings = 0;

    host::PolicyTree policy_tree() override {
        ++readings;
        auto now = text;
        if (!next.empty()) {
            now = next.front();
            next.pop_front();
        }
        host::PolicyTree tree{{{path, now}}, findings};
        for (const auto& [name, content] : own)
            if (!content.empty()) tree.files.push_back({directory + name, content});
        return tree;
    }
    host::LastGoodPolicy last_good_policy() override { return kept; }
    void keep_last_good_policy(const std::vector<PolicyFile>& files) override {
        if (disk_full) throw std::runtime_error("No space left on device");
        ++keeps;
        kept = {files, {}};
    }
    std::optional<std::string> read_own_policy(const std::string& name, Diagnostics&) override {
        return own[name];
    }
    bool replace_own_policy(const std::string& name, const host::EditablePolicyFile::Edit& edit,
                            Diagnostics& diagnostics) override {
        if (disk_full) diagnostics.error({name}, "No space left on device");
        const auto fresh = disk_full ? std::nullopt : edit(own[name]);
        if (fresh) own[name] = *fresh;
        return fresh.has_value();
    }
    std::vector<executor::FileClaim> sole_claims(const std::string&) override {
        throw std::logic_error("sole_claims");
    }
    HostFacts probe(const FactsRequest&) override { throw std::logic_error("probe"); }
    std::uint32_t give_guest_id(const std::string&, IdRange) override {
        throw std::logic_error("give_guest_id");
    }
    std::vector<executor::Survivor> survey() override { throw std::logic_error("survey"); }
    executor::RunningGuest launch(const LaunchPlan&) override { throw std::logic_error("launch"); }
    void take_devices(const LaunchPlan&) override { throw std::logic_error("take_devices"); }
    void give_back_devices(const std::string&, std::vector<std::string>&) override {
        throw std::logic_error("give_back_devices");
    }
    bool remove_nvram(const std::string&) override {
        throw std::logic_error("remove_nvram");
    }
    void make_new_file(const plan::NewFile&) override { throw std::logic_error("make_new_file"); }
    void remove_guest_directory(const std::string&) override {
        throw std::logic_error("remove_guest_directory");
    }
    executor::ExitRecord take_back(const std::string&, std::vector<std::string>&) override {
        throw std::logic_error("take_back");
    }
    void kill_scope(const std::string&) override { throw std::logic_error("kill_scope"); }
    bool set_limits(const executor::RunningGuest&, const LaunchPlan&) override {
        throw std::logic_error("set_limits");
    }
    KernelView kernel_view(const executor::RunningGuest&) override {
        throw std::logic_error("kernel_view");
    }
    executor::OwnershipPass own_directories(const Account&, const Account&,
                                            std::set<FileId>) override {
        throw std::logic_error("own_directories");
    }
    CapabilitiesSeen capabilities(const HostPolicy&) override {
        throw std::logic_error("capabilities");
    }
    std::string user_name(Uid) override { return {}; }
    std::string group_name(Gid) override { return {}; }
};

class PolicyInForce : public testing::Test {
  protected:
    PolicyHost host_;
    std::vector<PolicyPointer> told_;
    PolicyStore store_ = another_agent();

    PolicyStore another_agent() {
        return {host_, [this](PolicyPointer policy) { told_.push_back(std::move(policy)); }};
    }
    static std::string user(const PolicySnapshot& policy) {
        return account_text(policy.policy.user.value);
    }
};

TEST_F(PolicyInForce, IsThatOfTheFilesAndIsKept) {
    const auto policy = store_.refresh();
    EXPECT_EQ(policy->origin, Origin::files);
    EXPECT_EQ(user(*policy), "one");
    EXPECT_FALSE(policy->failure());
    EXPECT_EQ(policy->status(), (PolicyStatus{false, {path}, {}}));
    ASSERT_TRUE(host_.kept.files);
    EXPECT_EQ(host_.kept.files->at(0).name, path);
    EXPECT_EQ(host_.kept.files->at(0).text, good);
}

TEST_F(PolicyInForce, StaysWhenTheFilesTurnBad) {
    store_.refresh();
    host_.text = bad;
    const auto policy = store_.refresh();
    EXPECT_EQ(policy->origin, Origin::last_good);
    EXPECT_EQ(user(*policy), "one");
    EXPECT_EQ(policy->files.at(0).text, good);
    const auto status = policy->status();
    EXPECT_TRUE(status.stale);
    EXPECT_EQ(status.sources, std::vector<std::string>{path});
    ASSERT_EQ(status.errors.size(), 2U) << "all of them";
    EXPECT_EQ(host_.kept.files->at(0).text, good);

    const auto failure = policy->failure();
    ASSERT_TRUE(failure);
    EXPECT_EQ(failure->kind, Failure::Kind::invalid_policy);
    EXPECT_NE(failure->message.find("the last good policy stays"), std::string::npos);
    EXPECT_NE(failure->message.find(std::string(path) + ":2:1: error"), std::string::npos);
    EXPECT_NE(failure->message.find("usr: one"), std::string::npos) << "the line on disk";
    EXPECT_NE(failure->message.find(std::string(path) + ":3:"), std::string::npos);
}

TEST_F(PolicyInForce, StaysWhenADirectoryCannotBeRead) {
    store_.refresh();
    host_.text = better;
    host_.findings.error({"/etc/vmwarden/policy.d"}, "cannot be read");
    const auto policy = store_.refresh();
    EXPECT_EQ(policy->origin, Origin::last_good);
    EXPECT_EQ(user(*policy), "one");
    EXPECT_EQ(policy->status().errors.size(), 1U);
}

TEST_F(PolicyInForce, OutlivesTheAgent) {
    store_.refresh();
    host_.text = bad;
    auto next = another_agent();
    const auto policy = next.refresh();
    EXPECT_EQ(policy->origin, Origin::last_good);
    EXPECT_EQ(user(*policy), "one");
}

TEST_F(PolicyInForce, FollowsTheFilesOnceTheyCheckAgain) {
    store_.refresh();
    host_.text = bad;
    store_.refresh();
    host_.text = better;
    const auto policy = store_.refresh();
    EXPECT_EQ(policy->origin, Origin::files);
    EXPECT_EQ(user(*policy), "two");
    EXPECT_TRUE(policy->status().errors.empty());
    EXPECT_EQ(host_.kept.files->at(0).text, better);
}

TEST_F(PolicyInForce, IsTheMostRestrictiveWhenThereNeverWasAGoodOne) {
    host_.text = bad;
    const auto policy = store_.refresh();
    EXPECT_EQ(policy->origin, Origin::restrictive);
    EXPECT_EQ(policy->policy, restrictive_policy());
    EXPECT_TRUE(policy->policy.emulators.value.empty());
    EXPECT_TRUE(policy->status().stale);
    EXPECT_TRUE(policy->status().sources.empty());
    EXPECT_NE(policy->failure()->message.find("no guest is started"), std::string::npos);
    EXPECT_FALSE(host_.kept.files);
}

TEST_F(PolicyInForce, IsNotADamagedOne) {
    host_.kept.fault = "last-good is damaged or was changed";
    host_.text = bad;
    EXPECT_EQ(store_.refresh()->origin, Origin::restrictive);
}

TEST_F(PolicyInForce, IsNotAKeptOneThatThisVersionDoesNotAccept) {
    host_.kept.files = std::vector{PolicyFile{path, bad}};
    host_.text = bad;
    EXPECT_EQ(store_.refresh()->origin, Origin::restrictive);
}

TEST_F(PolicyInForce, IsKeptOnceAndToldOnceAsLongAsNothingChanges) {
    const auto first = store_.refresh();
    EXPECT_EQ(store_.refresh(), first);
    EXPECT_EQ(host_.keeps, 1U);
    host_.text = bad;
    const auto stale = store_.refresh();
    EXPECT_EQ(store_.refresh(), stale);
    EXPECT_EQ(told_, (std::vector<PolicyPointer>{first, stale}));
    host_.text = good;
    store_.refresh();
    auto next = another_agent();
    next.refresh();
    EXPECT_EQ(host_.keeps, 1U) << "what is on the disk is not written again";
}

TEST_F(PolicyInForce, HoldsWhenItCannotBeKeptAndIsKeptLater) {
    host_.disk_full = true;
    EXPECT_EQ(store_.refresh()->origin, Origin::files);
    EXPECT_FALSE(host_.kept.files);
    host_.disk_full = false;
    store_.refresh();
    EXPECT_TRUE(host_.kept.files);
}

TEST_F(PolicyInForce, IsNoHalfWrittenFile) {
    store_.refresh();
    host_.next = {"version: 1\n", "version: 1\nuser: tw"};
    host_.text = better;
    const auto policy = store_.refresh();
    EXPECT_EQ(user(*policy), "two");
    EXPECT_EQ(told_.size(), 2U);
}

TEST_F(PolicyInForce, IsNotTakenFromFilesThatChangeAllTheTime) {
    store_.refresh();
    const auto before = host_.readings;
    for (int i = 0; i < 100; ++i)
        host_.next.push_back(i % 2 == 0 ? better : good);
    const auto policy = store_.refresh();
    EXPECT_LT(host_.readings - before, 20U);
    EXPECT_EQ(policy->origin, Origin::last_good);
    EXPECT_EQ(user(*policy), "one");
    EXPECT_NE(policy->failure()->message.find("change all the time"), std::string::npos);
    host_.next.clear();
    EXPECT_EQ(store_.refresh()->origin, Origin::files);
}

class PolicyOnTrial : public PolicyInForce {
  protected:
    static constexpr const char* name = "x.yaml";
    const std::string candidate_ = "version: 1\nuser: three # try me\n";
    const TrialTerm term_{1000, {}};

    PolicyOnTrial() { store_.refresh(); }
    std::string begin(const std::string& text, const char* as = name) {
        const auto begun = store_.begin_trial({as, text, "mine.yaml"}, term_);
        const auto* failure = std::get_if<Failure>(&begun);
        return failure == nullptr ? "" : failure->message;
    }
    template <class T>
    static Failure::Kind kind(const Outcome<T>& outcome) {
        return std::get<Failure>(outcome).kind;
    }
};

TEST_F(PolicyOnTrial, IsInForceAndNowhereOnDisk) {
    EXPECT_EQ(begin(candidate_), "");
    const auto policy = store_.refresh();
    EXPECT_EQ(user(*policy), "three");
    EXPECT_EQ(policy, told_.back());
    const auto status = policy->status();
    EXPECT_EQ(status.trial, name);
    EXPECT_EQ(status.trial_until_usec, 1000U);
    EXPECT_EQ(status.sources, (std::vector<std::string>{path, directory + name}));
    EXPECT_FALSE(status.stale);
    EXPECT_EQ(host_.own[name], "");
    EXPECT_EQ(host_.kept.files->size(), 1U) << "kept is what lies on disk";
    EXPECT_EQ(host_.keeps, 1U);
}

TEST_F(PolicyOnTrial, IsOverForTheNextAgent) {
    begin(candidate_);
    auto next = another_agent();
    EXPECT_EQ(user(*next.refresh()), "one");
}

TEST_F(PolicyOnTrial, DoesNotBeginWhenItDoesNotCheck) {
    const auto message = begin(bad);
    EXPECT_NE(message.find("mine.yaml:2:1: error"), std::string::npos) << message;
    EXPECT_NE(message.find("mine.yaml:3:8: error"), std::string::npos) << message;
    EXPECT_NE(message.find("usr: one"), std::string::npos) << message;
    EXPECT_EQ(told_.size(), 1U);
    EXPECT_EQ(kind(store_.revert_trial()), Failure::Kind::no_trial);
}

TEST_F(PolicyOnTrial, IsJudgedTogetherWithTheOtherFiles) {
    host_.text = "version: 1\nlock: [user]\n";
    EXPECT_NE(begin(candidate_).find("'user' is locked"), std::string::npos);
    EXPECT_EQ(begin(candidate_, "a.yaml"), "") << "before the lock";
}

TEST_F(PolicyOnTrial, EndsByItsTimeAndOnlyByItsOwn) {
    begin(candidate_);
    store_.expire_trial({999, {}});
    EXPECT_EQ(user(*store_.refresh()), "three");
    store_.expire_trial(term_);
    EXPECT_EQ(user(*told_.back()), "one");
    EXPECT_EQ(told_.back()->status().trial, "");
    store_.expire_trial(term_);
    EXPECT_EQ(told_.size(), 3U);
    EXPECT_EQ(kind(store_.confirm_trial()), Failure::Kind::no_trial);
}

TEST_F(PolicyOnTrial, EndsWhenItIsReverted) {
    begin(candidate_);
    EXPECT_TRUE(std::holds_alternative<Done>(store_.revert_trial()));
    EXPECT_EQ(user(*told_.back()), "one");
    EXPECT_EQ(host_.own[name], "");
    EXPECT_EQ(kind(store_.revert_trial()), Failure::Kind::no_trial);
}

TEST_F(PolicyOnTrial, LiesOnDiskByteForByteOnceConfirmed) {
    begin(candidate_);
    const auto confirmed = store_.confirm_trial();
    EXPECT_EQ(std::get<std::string>(confirmed), directory + name);
    EXPECT_EQ(host_.own[name], candidate_);
    EXPECT_EQ(user(*told_.back()), "three");
    EXPECT_EQ(told_.back()->status().trial, "");
    EXPECT_EQ(host_.kept.files->size(), 2U) << "and is the last good one";
}

TEST_F(PolicyOnTrial, GoesOnWhenItCannotBeWritten) {
    begin(candidate_);
    host_.disk_full = true;
    const auto refused = store_.confirm_trial();
    EXPECT_NE(std::get<Failure>(refused).message.find("No space left"), std::string::npos);
    EXPECT_EQ(store_.refresh()->status().trial, name);
    host_.disk_full = false;
    EXPECT_TRUE(std::holds_alternative<std::string>(store_.confirm_trial()));
}

TEST_F(PolicyOnTrial, DoesNotUndoWhatSomebodyElseWroteMeanwhile) {
    host_.own[name] = "version: 1\n";
    begin(candidate_);
    host_.own[name] = "version: 1\nslice: theirs.slice\n";
    const auto refused = store_.confirm_trial();
    EXPECT_NE(std::get<Failure>(refused).message.find("changed since"), std::string::npos);
    EXPECT_EQ(host_.own[name], "version: 1\nslice: theirs.slice\n");
}

TEST_F(PolicyOnTrial, FollowsTheFilesThatChangeMeanwhile) {
    begin(candidate_);
    host_.text = "version: 1\nuser: two\nslice: other.slice\n";
    const auto policy = store_.refresh();
    EXPECT_EQ(user(*policy), "three");
    EXPECT_EQ(policy->policy.slice.value, "other.slice");
    EXPECT_EQ(host_.kept.files->at(0).text, host_.text);
    EXPECT_EQ(host_.kept.files->size(), 1U);
}

TEST_F(PolicyOnTrial, IsOverWhenItDoesNotCheckWithThemAnyMore) {
    begin(candidate_);
    host_.text = "version: 1\nuser: two\nlock: [user]\n";
    EXPECT_EQ(kind(store_.confirm_trial()), Failure::Kind::no_trial);
    EXPECT_EQ(user(*store_.refresh()), "two");
    EXPECT_EQ(store_.refresh()->status().trial, "");
    EXPECT_EQ(host_.own[name], "");
}

TEST_F(PolicyOnTrial, MayMendWhatIsBadOnDisk) {
    host_.own[name] = bad;
    EXPECT_TRUE(store_.refresh()->status().stale);
    EXPECT_EQ(begin(candidate_), "");
    const auto policy = store_.refresh();
    EXPECT_EQ(user(*policy), "three");
    EXPECT_TRUE(policy->status().stale) << "the files on disk still do not check";
    EXPECT_NE(policy->failure()->message.find("stays on trial"), std::string::npos);
    EXPECT_TRUE(std::holds_alternative<std::string>(store_.confirm_trial()));
    EXPECT_FALSE(store_.refresh()->status().stale);
}

TEST_F(PolicyOnTrial, StartsGuestsWhereNoGoodPolicyEverWas) {
    PolicyHost fresh;
    fresh.own[name] = bad;
    PolicyStore store(fresh, [](const PolicyPointer&) {});
    EXPECT_TRUE(store.refresh()->nothing_starts());
    ASSERT_TRUE(std::holds_alternative<Done>(store.begin_trial({name, candidate_, ""}, term_)));
    EXPECT_FALSE(store.refresh()->nothing_starts());
    store.expire_trial(term_);
    EXPECT_TRUE(store.refresh()->nothing_starts());
}

TEST_F(PolicyOnTrial, IsOneAtATimeAndReplacedUnderItsName) {
    begin(candidate_);
    const auto other = store_.begin_trial({"y.yaml", candidate_, ""}, term_);
    EXPECT_EQ(kind(other), Failure::Kind::trial_in_progress);
    EXPECT_NE(std::get<Failure>(other).message.find("x.yaml is on trial until"), std::string::npos);
    EXPECT_NE(begin(bad), "");
    EXPECT_EQ(user(*store_.refresh()), "three") << "a bad one leaves the good one on trial";
    EXPECT_EQ(begin("version: 1\nuser: four\n"), "");
    EXPECT_EQ(user(*store_.refresh()), "four");
}

TEST_F(PolicyOnTrial, IsOnlyThoughtThroughByJudge) {
    const auto judged = store_.judge({name, candidate_, "mine.yaml"});
    EXPECT_EQ(user(*std::get<PolicyPointer>(judged)), "three");
    EXPECT_EQ(user(*store_.refresh()), "one");
    EXPECT_EQ(told_.size(), 1U);
    EXPECT_EQ(kind(store_.judge({name, bad, "mine.yaml"})), Failure::Kind::invalid_policy);
}

} // namespace

} // namespace vmwarden::supervisor
