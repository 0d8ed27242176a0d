"""What a shell is told so that `kubectl-ds` completes in it. Each asks the program itself, by cobra's protocol."""

from typing import Final

BASH: Final = r"""# Completion of PROGRAM in bash. For this shell: source <(PROGRAM completion bash)
__FUNCTION() {
    local line=${COMP_LINE:0:COMP_POINT} word name words=() n=-1 i
    for ((i = 0; i <= COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        ((i < COMP_CWORD)) || word=${line#"${line%%[![:space:]]*}"}
        # bash parts a word at = and :, which belong to it here.
        if ((n < 0)) || [[ -z $line || $line == [[:space:]]* ]]; then
            n=$((n + 1))
            words[n]=
        fi
        words[n]+=$word
        line=${line#*"$word"}
    done
    local whole=${words[n]}
    for ((i = 1; i <= n; i++)); do
        word=${words[i]//[\"\'\\]/}
        name=${word#'$'} name=${name#'{'} name=${name%'}'}
        if [[ $word == '$'* && $name =~ ^[A-Za-z_][A-Za-z_0-9]*$ ]]; then
            word=${!name}
        elif [[ $word == '~/'* ]]; then
            word=$HOME/${word:2}
        fi
        words[i]=$word
    done
    local said flag= kept= candidate note
    said=$(PROGRAM __complete "${words[@]:1}" 2>/dev/null) || return 0
    local directive=${said##*:}
    [[ $whole != -*=* ]] || flag=${whole%%=*}=
    # What bash will replace begins behind these.
    for ((i = 0; i < ${#whole}; i++)); do
        [[ ${whole:i:1} != [=:] || $COMP_WORDBREAKS != *"${whole:i:1}"* ]] || kept=${whole:0:i+1}
    done
    COMPREPLY=()
    while IFS=$'\t' read -r candidate note; do
        if [[ -n $candidate ]]; then
            candidate=$flag$candidate
            candidate=${candidate#"$kept"}
            [[ $candidate != *[^A-Za-z0-9._:/=,@%+-]* ]] || printf -v candidate %q "$candidate"
            COMPREPLY+=("$candidate")
        fi
    done <<<"${said%:*}"
    type compopt &>/dev/null || return 0
    ! ((directive & 2)) || compopt -o nospace
    ! ((directive & 32)) || compopt -o nosort 2>/dev/null
    if ((directive & 16)); then
        compopt -o dirnames
    elif ! ((directive & 4)); then
        compopt -o default
    fi
}
complete -F __FUNCTION PROGRAM
"""

ZSH: Final = r"""#compdef PROGRAM
# Completion of PROGRAM in zsh. For this shell: source <(PROGRAM completion zsh)
_PROGRAM() {
    local said line directive
    local -a lines candidates before nospace
    ((CURRENT <= 2)) || before=("${(@Q)words[2,CURRENT-1]}")
    said=$(PROGRAM __complete "${before[@]}" "${(Q)PREFIX}" 2>/dev/null) || return 1
    lines=("${(@f)said}")
    directive=${lines[-1]#:}
    lines[-1]=()
    [[ $PREFIX != -*=* ]] || compset -P 1 '*='
    ! ((directive & 2)) || nospace=(-S '')
    for line in "${lines[@]}"; do
        if [[ $line == *$'\t'* ]]; then
            candidates+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}")
        elif [[ -n $line ]]; then
            candidates+=("${line//:/\\:}")
        fi
    done
    if ((${#candidates})); then
        _describe -V 'PROGRAM' candidates "${nospace[@]}"
    elif ((directive & 16)); then
        _path_files -/
    elif ! ((directive & 4)); then
        _files
    fi
}
if [[ $funcstack[1] == _PROGRAM ]]; then
    _PROGRAM
elif (($+functions[compdef])); then
    compdef _PROGRAM PROGRAM
fi
"""

FISH: Final = r"""# Completion of PROGRAM in fish. For this shell: PROGRAM completion fish | source
function __FUNCTION
    set -l words (commandline -opc)
    set -l typed (commandline -ct)
    set -e words[1]
    set -l said (PROGRAM __complete $words "$typed" 2>/dev/null); or return
    set -l directive (string replace ':' '' -- $said[-1])
    set -e said[-1]
    set -l flag (string match -r -- '^-[^=]*=' $typed)
    set -l value (string replace -r -- '^-[^=]*=' '' $typed)
    if test (count $said) -eq 0
        if test (math "bitand($directive, 16)") -ne 0
            set said (__fish_complete_directories "$value" '')
        else if test (math "bitand($directive, 4)") -eq 0
            set said (__fish_complete_path "$value" '')
        end
    end
    for line in $said
        printf '%s%s\n' "$flag" $line
    end
end
complete -c PROGRAM -e
complete -c PROGRAM -f -k -a '(__FUNCTION)'
"""

POWERSHELL: Final = r"""# Completion of PROGRAM in PowerShell. For this shell:
# PROGRAM completion powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName 'PROGRAM' -ScriptBlock {
    param($typed, $line, $position)
    $words = @($line.CommandElements | Select-Object -Skip 1 |
        Where-Object { $_.Extent.EndOffset -lt $position } | ForEach-Object { "$_" })
    # PowerShell before 7.3 drops an empty word unless it is quoted twice.
    if (-not $typed -and $PSNativeCommandArgumentPassing -in $null, 'Legacy') { $last = '""' } else { $last = "$typed" }
    $said = @(& 'PROGRAM' __complete @words $last 2>$null)
    if ($LASTEXITCODE -ne 0 -or -not $said) { return }
    $flag = if ($typed -match '^(-[^=]*=)') { $Matches[1] } else { '' }
    $said | Select-Object -SkipLast 1 | ForEach-Object {
        $word, $note = $_ -split "`t", 2
        if (-not $note) { $note = $word }
        [System.Management.Automation.CompletionResult]::new("$flag$word", $word, 'ParameterValue', $note)
    }
}
"""

SCRIPTS: Final = {"bash": BASH, "zsh": ZSH, "fish": FISH, "powershell": POWERSHELL}
SHELLS: Final = tuple(SCRIPTS)


def completion_script(shell: str, program: str) -> str:
    """The script for one of `SHELLS`, completing the program of this name."""
    function = program.replace("-", "_").replace(".", "_")
    return SCRIPTS[shell].replace("PROGRAM", program).replace("FUNCTION", function)
