/*
 * A libnixl.so for the shim's test: the C++ functions that the shim calls, over the memory of one process. Agents reach
 * each other by name; a transfer is done at the second look. An agent whose name starts with "throw" throws.
 */
#include <cstring>
#include <map>
#include <memory>
#include <stdexcept>

#include "nixl.h"

class nixlBackendH {
  public:
    std::string plugin;
    nixl_b_params_t params;
};

class nixlDlistH {
  public:
    std::vector<nixlBasicDesc> ranges;
    std::string owner;
};

class nixlXferReqH {
  public:
    nixl_xfer_op_t operation;
    std::vector<nixlBasicDesc> locals;
    std::vector<nixlBasicDesc> remotes;
    std::string peer;
    std::string text;
    bool notified = false;
    int looks = -1; /* before it is posted */
};

nixlBasicDesc::nixlBasicDesc(const uintptr_t &address, const size_t &length, const uint64_t &device)
    : addr(address), len(length), devId(device) {}
nixlBlobDesc::nixlBlobDesc(const uintptr_t &address, const size_t &length, const uint64_t &device,
                           const std::string &extra)
    : nixlBasicDesc(address, length, device), metaInfo(extra) {}

template <class D> nixlDescList<D>::nixlDescList(const nixl_mem_t &kind, const int &) : type(kind) {}
template <class D> D &nixlDescList<D>::operator[](unsigned index) { return descs.at(index); }
template <class D> void nixlDescList<D>::resize(const size_t &) {}
template <class D> void nixlDescList<D>::addDesc(const D &descriptor) { descs.push_back(descriptor); }
template <class D> int nixlDescList<D>::getIndex(const nixlBasicDesc &) const { return -1; }
template class nixlDescList<nixlBasicDesc>;
template class nixlDescList<nixlBlobDesc>;

std::string nixlEnumStrings::statusStr(const nixl_status_t &status) { return "FAKE_" + std::to_string(status); }

namespace {

/* Reads what the declarations hide. */
struct ranges : nixl_xfer_dlist_t {
    static const std::vector<nixlBasicDesc> &of(const nixl_xfer_dlist_t &list) {
        return list.*(&ranges::descs);
    }
};
struct registrations : nixl_reg_dlist_t {
    static const std::vector<nixlBlobDesc> &of(const nixl_reg_dlist_t &list) {
        return list.*(&registrations::descs);
    }
};

struct agent {
    std::string name;
    nixl_notifs_t arrived;
    std::vector<std::unique_ptr<nixlBackendH>> backends;
};

std::map<std::string, agent *> agents;
std::map<const void *, agent> owned;

agent &mine(const nixlAgent *it) {
    agent &own = owned.at(it);
    if (own.name.rfind("throw-number", 0) == 0) throw 7;
    if (own.name.rfind("throw", 0) == 0) throw std::runtime_error("planted exception");
    return own;
}

nixl_status_t send(const std::string &from, const std::string &to, const std::string &text) {
    if (agents.count(to) == 0) return NIXL_ERR_NOT_FOUND;
    agents[to]->arrived[from].push_back(text);
    return NIXL_SUCCESS;
}

} // namespace

nixlAgent::nixlAgent(const std::string &name, const nixlAgentConfig &configuration) {
    if (name.empty()) throw std::invalid_argument("an agent without a name");
    /* Bytes as NIXL's own code reads them. */
    unsigned char bytes[sizeof configuration];
    std::memcpy(bytes, &configuration, sizeof bytes);
    uint64_t progress_us;
    std::memcpy(&progress_us, bytes + 16, sizeof progress_us);
    if (bytes[0] != 1 || bytes[8] != 2 || bytes[12] != 1 || progress_us != 250) {
        throw std::invalid_argument("another configuration than the test gives");
    }
    owned[this].name = name;
    agents[name] = &owned[this];
}
nixlAgent::~nixlAgent() {
    agents.erase(owned[this].name);
    owned.erase(this);
}

nixl_status_t nixlAgent::getAvailPlugins(std::vector<std::string> &names) {
    mine(this);
    names = {"UCX", "POSIX"};
    return NIXL_SUCCESS;
}
nixl_status_t nixlAgent::getPluginParams(const std::string &plugin, nixl_mem_list_t &memories,
                                         nixl_b_params_t &params) const {
    if (plugin != "UCX") return NIXL_ERR_NOT_FOUND;
    memories = {DRAM_SEG, VRAM_SEG, FILE_SEG};
    params = {{"device_list", ""}};
    return NIXL_SUCCESS;
}
nixl_status_t nixlAgent::createBackend(const std::string &plugin, const nixl_b_params_t &params,
                                       nixlBackendH *&backend) {
    agent &own = mine(this);
    if (plugin != "UCX") return NIXL_ERR_BACKEND;
    own.backends.push_back(std::make_unique<nixlBackendH>(nixlBackendH{plugin, params}));
    backend = own.backends.back().get();
    return NIXL_SUCCESS;
}
nixl_status_t nixlAgent::getBackendParams(const nixlBackendH *backend, nixl_mem_list_t &memories,
                                          nixl_b_params_t &params) const {
    memories = {DRAM_SEG};
    params = backend->params;
    return NIXL_SUCCESS;
}

nixl_status_t nixlAgent::registerMem(const nixl_reg_dlist_t &list, const nixl_opt_args_t *options) {
    const auto &all = registrations::of(list);
    const bool pinned = options != nullptr && options->backends.size() == 1 && options->port == 8888;
    return all.size() == 1 && all[0].metaInfo == "extra" && pinned ? NIXL_SUCCESS : NIXL_ERR_MISMATCH;
}
nixl_status_t nixlAgent::deregisterMem(const nixl_reg_dlist_t &, const nixl_opt_args_t *) { return NIXL_SUCCESS; }

nixl_status_t nixlAgent::getLocalMD(std::string &blob) const {
    blob = std::string("\0blob of ", 9) + mine(this).name;
    return NIXL_SUCCESS;
}
nixl_status_t nixlAgent::loadRemoteMD(const std::string &blob, std::string &name) {
    if (blob.size() < 9) return NIXL_ERR_INVALID_PARAM;
    name = blob.substr(9);
    return NIXL_SUCCESS;
}
nixl_status_t nixlAgent::invalidateRemoteMD(const std::string &name) {
    return agents.count(name) == 0 ? NIXL_ERR_NOT_FOUND : NIXL_SUCCESS;
}

nixl_status_t nixlAgent::prepXferDlist(const std::string &owner, const nixl_xfer_dlist_t &list, nixlDlistH *&prepared,
                                       const nixl_opt_args_t *) const {
    if (!owner.empty() && agents.count(owner) == 0) return NIXL_ERR_NOT_FOUND;
    prepared = new nixlDlistH{ranges::of(list), owner};
    return NIXL_SUCCESS;
}
nixl_status_t nixlAgent::releasedDlistH(nixlDlistH *prepared) const {
    delete prepared;
    return NIXL_SUCCESS;
}
nixl_status_t nixlAgent::makeXferReq(const nixl_xfer_op_t &operation, const nixlDlistH *local,
                                     const std::vector<int> &local_indices, const nixlDlistH *remote,
                                     const std::vector<int> &remote_indices, nixlXferReqH *&request,
                                     const nixl_opt_args_t *options) const {
    if (local_indices.size() != remote_indices.size()) return NIXL_ERR_INVALID_PARAM;
    auto made = std::make_unique<nixlXferReqH>();
    made->operation = operation;
    for (size_t i = 0; i < local_indices.size(); i++) {
        made->locals.push_back(local->ranges.at(static_cast<size_t>(local_indices[i])));
        made->remotes.push_back(remote->ranges.at(static_cast<size_t>(remote_indices[i])));
    }
    made->peer = remote->owner;
    made->notified = options->hasNotif;
    made->text = options->notifMsg;
    request = made.release();
    return NIXL_SUCCESS;
}
nixl_status_t nixlAgent::postXferReq(nixlXferReqH *request, const nixl_opt_args_t *) const {
    request->looks = 0;
    return NIXL_IN_PROG;
}
nixl_status_t nixlAgent::getXferStatus(nixlXferReqH *request) const {
    if (request->looks < 0) return NIXL_ERR_NOT_POSTED;
    if (request->looks++ == 0) return NIXL_IN_PROG;
    for (size_t i = 0; i < request->locals.size(); i++) {
        void *local = reinterpret_cast<void *>(request->locals[i].addr);
        void *remote = reinterpret_cast<void *>(request->remotes[i].addr);
        const bool read = request->operation == NIXL_READ;
        std::memcpy(read ? local : remote, read ? remote : local, request->locals[i].len);
    }
    return request->notified ? send(owned.at(this).name, request->peer, request->text) : NIXL_SUCCESS;
}
nixl_status_t nixlAgent::getXferTelemetry(const nixlXferReqH *request, nixlXferTelemetry &telemetry) const {
    if (request->looks < 2) return NIXL_ERR_NO_TELEMETRY;
    telemetry.startTime = std::chrono::steady_clock::time_point(std::chrono::milliseconds(5));
    telemetry.postDuration = std::chrono::microseconds(6);
    telemetry.xferDuration = std::chrono::microseconds(7);
    telemetry.totalBytes = 8;
    telemetry.descCount = 9;
    return NIXL_SUCCESS;
}
nixl_status_t nixlAgent::releaseXferReq(nixlXferReqH *request) const {
    delete request;
    return NIXL_SUCCESS;
}

nixl_status_t nixlAgent::getNotifs(nixl_notifs_t &arrived, const nixl_opt_args_t *) {
    for (auto &sender : mine(this).arrived) {
        auto &into = arrived[sender.first];
        into.insert(into.end(), sender.second.begin(), sender.second.end());
    }
    mine(this).arrived.clear();
    return NIXL_SUCCESS;
}
nixl_status_t nixlAgent::genNotif(const std::string &receiver, const std::string &text,
                                  const nixl_opt_args_t *) const {
    return send(mine(this).name, receiver, text);
}
