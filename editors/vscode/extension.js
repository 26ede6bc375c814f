// Starts `ftlint server` for JSON Lines; everything else is the server's.
const { workspace } = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

let client;

exports.activate = () => {
  const command = workspace.getConfiguration("ftlint").get("command");
  client = new LanguageClient(
    "ftlint",
    { command, args: ["server"] },
    { documentSelector: [{ language: "jsonl" }] },
  );
  return client.start();
};

exports.deactivate = () => client?.stop();
