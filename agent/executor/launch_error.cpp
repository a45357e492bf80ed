// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/executor/executor.h"

namespace vmwarden::executor {

LaunchError::LaunchError(std::string step, const std::string& message, std::string hint)
  : std::runtime_error(step + ": " + message + (hint.empty() ? "" : "; " + hint))
  , step_(std::move(step))
  , message_(message)
  , hint_(std::move(hint)) {}

} // namespace vmwarden::executor
