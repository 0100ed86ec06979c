/**
 * What payloads get of the engine's environment: all but what is the engine's own. A compile cache passed
 * on would make every Node program of a workflow write into it; BRAID_* of an attempt that starts an engine
 * would be taken for those of the attempts in it.
 */
export function payloadEnvironment(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept: NodeJS.ProcessEnv = {};
  for (const [name, value] of Object.entries(environment)) {
    if (!ENGINE_ONLY.has(name) && !name.startsWith('BRAID_')) kept[name] = value;
  }
  return kept;
}

const ENGINE_ONLY = new Set([
  'NODE_COMPILE_CACHE',
  'NODE_DISABLE_COMPILE_CACHE',
  'NODE_CHANNEL_FD',
  'NODE_CHANNEL_SERIALIZATION_MODE',
  'NODE_UNIQUE_ID',
  'OLDPWD',
  '_',
]);
