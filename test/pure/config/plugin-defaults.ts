/** The plugins' settings when plugins.yaml says nothing of them. */
import type { PluginSettings } from "../../../src/config/plugin-settings.ts";
import { pluginSettings } from "../../../src/config/plugin-settings-of.ts";
import { PluginsSchema } from "../../../src/config/plugins-schema.ts";
import { ProwSchema } from "../../../src/config/prow-schema.ts";

/** Resolved from a part of plugins.yaml, for org/repo. */
export const settingsOf = (pluginsYaml: unknown = {}, org = "org", repo = "repo"): PluginSettings =>
  pluginSettings(ProwSchema.parse({}), PluginsSchema.parse(pluginsYaml), { org, repo });
