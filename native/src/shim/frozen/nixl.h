/*
 * The part of NIXL's C++ API that the shim calls, with the binary interface that the releases 0.6.1 to 0.10.0
 * share: names and signatures as the libraries export them, layouts as they read them. Our own declarations, so that the
 * shim can be built where no header of NIXL is. Good for these releases only: see docs/decisions/0009.
 *
 * Members that nothing here uses are there for their room.
 */
#ifndef NIXLCONFORM_SHIM_FROZEN_NIXL_H
#define NIXLCONFORM_SHIM_FROZEN_NIXL_H

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

enum nixl_status_t : int {
    NIXL_IN_PROG = 1,
    NIXL_SUCCESS = 0,
    NIXL_ERR_NOT_POSTED = -1,
    NIXL_ERR_INVALID_PARAM = -2,
    NIXL_ERR_BACKEND = -3,
    NIXL_ERR_NOT_FOUND = -4,
    NIXL_ERR_MISMATCH = -5,
    NIXL_ERR_NOT_ALLOWED = -6,
    NIXL_ERR_REPOST_ACTIVE = -7,
    NIXL_ERR_UNKNOWN = -8,
    NIXL_ERR_NOT_SUPPORTED = -9,
    NIXL_ERR_REMOTE_DISCONNECT = -10,
    NIXL_ERR_CANCELED = -11,
    NIXL_ERR_NO_TELEMETRY = -12
};

enum nixl_mem_t : unsigned { DRAM_SEG, VRAM_SEG, BLK_SEG, OBJ_SEG, FILE_SEG };
enum nixl_xfer_op_t : unsigned { NIXL_READ, NIXL_WRITE };
enum class nixl_thread_sync_t : int { NIXL_THREAD_SYNC_NONE, NIXL_THREAD_SYNC_STRICT, NIXL_THREAD_SYNC_RW };

namespace nixlEnumStrings {
std::string statusStr(const nixl_status_t &status);
}

class nixlAgentConfig {
  public:
    nixlAgentConfig(bool progress, bool listen, int port, nixl_thread_sync_t sync, unsigned /* workers */,
                    uint64_t progress_us, uint64_t listen_us, bool telemetry)
        : progress_(progress), listen_(listen), port_(port), sync_(sync), telemetry_(telemetry),
          progress_us_(progress_us), listen_us_(listen_us), etcd_us_(5000000) {}

  private:
    bool progress_;
    bool listen_;
    int port_;
    nixl_thread_sync_t sync_;
    bool telemetry_;
    uint64_t progress_us_;
    uint64_t listen_us_;
    int64_t etcd_us_;
};

class nixlBackendH;
class nixlDlistH;
class nixlXferReqH;

struct nixlAgentOptionalArgs {
    std::vector<nixlBackendH *> backends;
    std::string notifMsg;
    bool hasNotif = false;
    bool skipDescMerge = false;
    bool includeConnInfo = false;
    std::string ipAddr;
    int port = 8888;
    std::string metadataLabel;
    std::string customParam;
};
using nixl_opt_args_t = nixlAgentOptionalArgs;

struct nixlXferTelemetry {
    std::chrono::steady_clock::time_point startTime;
    std::chrono::microseconds postDuration;
    std::chrono::microseconds xferDuration;
    size_t totalBytes;
    size_t descCount;
};

class nixlBasicDesc {
  public:
    uintptr_t addr;
    size_t len;
    uint64_t devId;

    nixlBasicDesc(const uintptr_t &address, const size_t &length, const uint64_t &device);
};

class nixlBlobDesc : public nixlBasicDesc {
  public:
    std::string metaInfo;

    nixlBlobDesc(const uintptr_t &address, const size_t &length, const uint64_t &device, const std::string &extra);
};

/* The order of the virtual functions is that of the table which NIXL's constructor points to. */
template <class Descriptor> class nixlDescList {
  public:
    nixlDescList(const nixl_mem_t &type, const int &size);
    virtual ~nixlDescList() = default;
    virtual Descriptor &operator[](unsigned index);
    virtual void resize(const size_t &size);
    virtual void addDesc(const Descriptor &descriptor);
    virtual int getIndex(const nixlBasicDesc &query) const;

  protected:
    nixl_mem_t type;
    std::vector<Descriptor> descs;
};
using nixl_xfer_dlist_t = nixlDescList<nixlBasicDesc>;
using nixl_reg_dlist_t = nixlDescList<nixlBlobDesc>;

using nixl_mem_list_t = std::vector<nixl_mem_t>;
using nixl_b_params_t = std::unordered_map<std::string, std::string>;
using nixl_notifs_t = std::unordered_map<std::string, std::vector<std::string>>;

class nixlAgent {
  public:
    nixlAgent(const std::string &name, const nixlAgentConfig &configuration);
    ~nixlAgent();

    nixl_status_t getAvailPlugins(std::vector<std::string> &names);
    nixl_status_t getPluginParams(const std::string &plugin, nixl_mem_list_t &memories, nixl_b_params_t &params) const;
    nixl_status_t createBackend(const std::string &plugin, const nixl_b_params_t &params, nixlBackendH *&backend);
    nixl_status_t getBackendParams(const nixlBackendH *backend, nixl_mem_list_t &memories,
                                   nixl_b_params_t &params) const;

    nixl_status_t registerMem(const nixl_reg_dlist_t &list, const nixl_opt_args_t *options);
    nixl_status_t deregisterMem(const nixl_reg_dlist_t &list, const nixl_opt_args_t *options);

    nixl_status_t getLocalMD(std::string &blob) const;
    nixl_status_t loadRemoteMD(const std::string &blob, std::string &name);
    nixl_status_t invalidateRemoteMD(const std::string &name);

    nixl_status_t prepXferDlist(const std::string &owner, const nixl_xfer_dlist_t &list, nixlDlistH *&prepared,
                                const nixl_opt_args_t *options) const;
    nixl_status_t releasedDlistH(nixlDlistH *prepared) const;
    nixl_status_t makeXferReq(const nixl_xfer_op_t &operation, const nixlDlistH *local,
                              const std::vector<int> &local_indices, const nixlDlistH *remote,
                              const std::vector<int> &remote_indices, nixlXferReqH *&request,
                              const nixl_opt_args_t *options) const;
    nixl_status_t postXferReq(nixlXferReqH *request, const nixl_opt_args_t *options) const;
    nixl_status_t getXferStatus(nixlXferReqH *request) const;
    nixl_status_t getXferTelemetry(const nixlXferReqH *request, nixlXferTelemetry &telemetry) const;
    nixl_status_t releaseXferReq(nixlXferReqH *request) const;

    nixl_status_t getNotifs(nixl_notifs_t &arrived, const nixl_opt_args_t *options);
    nixl_status_t genNotif(const std::string &receiver, const std::string &text, const nixl_opt_args_t *options) const;

  private:
    void *own_;
};

static_assert(sizeof(nixlAgentConfig) == 40, "as in NIXL 0.6.1 to 0.10.0");
static_assert(sizeof(nixlAgentOptionalArgs) == 168, "as in NIXL 0.6.1 to 0.10.0");
static_assert(offsetof(nixlAgentOptionalArgs, ipAddr) == 64, "as in NIXL 0.6.1 to 0.10.0");
static_assert(sizeof(nixlXferTelemetry) == 40, "as in NIXL 0.6.1 to 0.10.0");
static_assert(sizeof(nixlBasicDesc) == 24 && sizeof(nixlBlobDesc) == 56, "as in NIXL 0.6.1 to 0.10.0");
static_assert(sizeof(nixl_xfer_dlist_t) == 40 && sizeof(nixl_reg_dlist_t) == 40, "as in NIXL 0.6.1 to 0.10.0");
static_assert(sizeof(nixlAgent) == 8, "as in NIXL 0.6.1 to 0.10.0");

#endif
