/** For whom a script can be printed. */
export const SHELLS = ['bash', 'zsh', 'fish', 'kubectl'] as const;
export type Shell = (typeof SHELLS)[number];

// Each script asks `headroom __complete` at every key, so that it never goes stale: the answer is a candidate a line, a
// tab and its description where it has one, and a last line `:0` (files belong here) or `:4` (they do not).

/**
 * bash splits a word at `=` and `:` too, and replaces its last piece alone; what belongs together is told by the line
 * itself. Runs in the bash 3.2 of macOS, and needs no bash-completion.
 */
const BASH = `# bash completion of headroom; source it, or save it as bash-completion/completions/headroom.
_headroom() {
  local line=\${COMP_LINE:0:COMP_POINT} word rest i head= answer
  local -a words=()
  COMPREPLY=()
  for ((i = 0; i <= COMP_CWORD; i++)); do
    rest=\${line#"\${line%%[![:space:]]*}"}
    word=\${COMP_WORDS[i]}
    [[ $rest == "$word"* ]] || word=$rest
    if ((i == 0)) || [[ $rest != "$line" ]]; then
      words+=("$word")
      head=
    else
      head=\${words[\${#words[@]} - 1]}
      words[\${#words[@]} - 1]+=$word
    fi
    line=\${rest#"$word"}
  done
  case $word in =|:) head+=$word ;; esac
  answer=$("\${words[0]/#\\~/$HOME}" __complete -- "\${words[@]:1}" 2>/dev/null) || return 0
  word=\${words[\${#words[@]} - 1]#"$head"}
  if [[ \${answer##*$'\\n'} == :0 ]]; then
    compopt -o filenames 2>/dev/null
    answer=$(compgen -f -- "$word")
    head=
  fi
  while IFS= read -r line; do
    line=\${line%%$'\\t'*}
    [[ -z $line || $line == :[0-9]* ]] || COMPREPLY+=("\${line#"$head"}")
  done <<<"$answer"
}
complete -F _headroom headroom kubectl-headroom
`;

const ZSH = `#compdef headroom kubectl-headroom
# zsh completion of headroom; source it after compinit, or save it as _headroom in a folder of $fpath.
_headroom() {
  local answer line
  local -a described
  answer=$("\${(Q)words[1]/#\\~/$HOME}" __complete -- "\${(@Q)words[2,CURRENT-1]}" "\${(Q)PREFIX}" 2>/dev/null) || return 1
  if [[ \${answer##*$'\\n'} == :0 ]]; then
    [[ $PREFIX == --*=* ]] && compset -P '*='
    _files
    return
  fi
  for line in "\${(@f)answer}"; do
    [[ $line == :[0-9]* ]] || described+=("\${\${line%%$'\\t'*}//:/\\\\:}\${\${(M)line%%$'\\t'*}/$'\\t'/:}")
  done
  _describe headroom described
}
if [[ \${funcstack[1]} == _headroom ]]; then
  _headroom "$@"
else
  compdef _headroom headroom kubectl-headroom
fi
`;

const FISH = `# fish completion of headroom; source it, or save it as ~/.config/fish/completions/headroom.fish.
function __headroom_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l answer ($words[1] __complete -- $words[2..-1] "$current" 2>/dev/null)
    or return
    if test "$answer[-1]" = ':0'
        set -l head (string match -r -- '^--[^=]+=' "$current")
        for path in (__fish_complete_path (string replace -- "$head" '' "$current"))
            echo -- "$head$path"
        end
        return
    end
    string match -rv -- '^:\\d+$' $answer
end
complete -c headroom -f -a '(__headroom_complete)'
complete -c kubectl-headroom -f -a '(__headroom_complete)'
`;

/** kubectl from 1.26 on runs it with the words after `kubectl headroom`. */
const KUBECTL = `#!/bin/sh
# Completion of the plugin headroom for kubectl: an executable kubectl_complete-headroom on the PATH.
exec kubectl-headroom __complete -- "$@"
`;

export const COMPLETION_SCRIPTS: Readonly<Record<Shell, string>> = {
  bash: BASH,
  zsh: ZSH,
  fish: FISH,
  kubectl: KUBECTL,
};
