package org.nixlconform.binding;

import java.util.Locale;

/**
 * The functions of NIXL's C API that the project calls. The order is that of the address table in {@code nixl_table.h};
 * {@link Nixl#checkMirrors} refuses when the two differ.
 */
public enum NixlFunction {
    IS_STUB,
    CREATE_CONFIGURED_AGENT,
    DESTROY_AGENT,
    GET_AVAILABLE_PLUGINS,
    DESTROY_STRING_LIST,
    STRING_LIST_SIZE,
    STRING_LIST_GET,
    GET_PLUGIN_PARAMS,
    DESTROY_MEM_LIST,
    MEM_LIST_SIZE,
    MEM_LIST_GET,
    MEM_TYPE_TO_STRING,
    CREATE_PARAMS,
    PARAMS_ADD,
    PARAMS_IS_EMPTY,
    PARAMS_CREATE_ITERATOR,
    PARAMS_ITERATOR_NEXT,
    PARAMS_DESTROY_ITERATOR,
    DESTROY_PARAMS,
    CREATE_BACKEND,
    GET_BACKEND_PARAMS,
    DESTROY_BACKEND,
    CREATE_OPT_ARGS,
    DESTROY_OPT_ARGS,
    OPT_ARGS_ADD_BACKEND,
    OPT_ARGS_SET_NOTIF_MSG,
    OPT_ARGS_SET_HAS_NOTIF,
    CREATE_REG_DLIST,
    REG_DLIST_ADD_DESC,
    DESTROY_REG_DLIST,
    REGISTER_MEM,
    DEREGISTER_MEM,
    GET_LOCAL_MD,
    LOAD_REMOTE_MD,
    INVALIDATE_REMOTE_MD,
    CREATE_XFER_DLIST,
    XFER_DLIST_ADD_DESC,
    DESTROY_XFER_DLIST,
    PREP_XFER_DLIST,
    RELEASE_XFER_DLIST_HANDLE,
    MAKE_XFER_REQ,
    POST_XFER_REQ,
    GET_XFER_STATUS,
    GET_XFER_TELEMETRY,
    RELEASE_XFER_REQ,
    DESTROY_XFER_REQ,
    CREATE_NOTIF_MAP,
    DESTROY_NOTIF_MAP,
    GET_NOTIFS,
    NOTIF_MAP_SIZE,
    NOTIF_MAP_GET_AGENT_AT,
    NOTIF_MAP_GET_NOTIFS_SIZE,
    NOTIF_MAP_GET_NOTIF,
    NOTIF_MAP_CLEAR,
    GEN_NOTIF;

    private static final String PREFIX = "nixl_capi_";

    /** The name in the library, such as {@code nixl_capi_create_backend}. */
    public String symbol() {
        return PREFIX + name().toLowerCase(Locale.ROOT);
    }

    /** The function whose number in a progress page is {@code 1 + ordinal}; for 0, that is none, an empty text. */
    public static String symbolOf(int progressNumber) {
        return progressNumber == 0 ? "" : values()[progressNumber - 1].symbol();
    }
}
