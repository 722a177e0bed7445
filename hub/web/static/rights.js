// What the key of this session may do, so that nobody sees a button that is not for them.
import { ask } from "./http.js";
import { createStore, useStore } from "./store.js";

const rights = createStore({ role: null });

export async function loadRights() {
  rights.set(await ask("/v1/keys/own"));
}

export const useRights = () => useStore(rights);
export const onlyReads = () => ((own) => own.role === "reader" && !own.may_seal)(rights.get());
export const useRole = () => useStore(rights).role;
export const useOwnKey = () => useStore(rights).id;
export const useAdmin = () => useStore(rights).role === "admin";
export const useSealer = () => ((own) => own.role === "admin" || Boolean(own.may_seal))(useStore(rights));
export const useSignals = () => Boolean(useStore(rights).signals);
export const useSender = () => ["admin", "source"].includes(useStore(rights).role);
