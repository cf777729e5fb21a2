using System.Text;

namespace NtkPipeline.Host.Help;

/// <summary>What each shell is to run, so that it completes the program's commands, options and values. The lists stand in the script: a key
/// costs no start of the program.</summary>
internal static class CompletionScripts
{
    /// <summary>The shells, and the script of each.</summary>
    public static IReadOnlyDictionary<string, Func<CompletedCommand[], string>> Shells { get; } =
        new Dictionary<string, Func<CompletedCommand[], string>>
        {
            ["bash"] = Bash,
            ["zsh"] = ZshCompletion.Script,
            ["fish"] = FishCompletion.Script,
            ["powershell"] = PowerShell,
        };

    /// <summary>How a script is put to use.</summary>
    public static string Use(string shell) => shell switch
    {
        "bash" => "# ntk completions bash > ~/.local/share/bash-completion/completions/ntk\n",
        "zsh" => "# ntk completions zsh > ~/.ntk.zsh; echo 'source ~/.ntk.zsh' >> ~/.zshrc\n",
        "fish" => "# ntk completions fish > ~/.config/fish/completions/ntk.fish\n",
        _ => "# ntk completions powershell | Out-String | Invoke-Expression   (in $PROFILE)\n",
    };

    private static string Bash(CompletedCommand[] commands)
    {
        var script = new StringBuilder(
            """
            _ntk() {
                local cur="${COMP_WORDS[COMP_CWORD]}" prev="${COMP_WORDS[COMP_CWORD-1]}" at="" words="" i
                for ((i = 1; i < COMP_CWORD; i++)); do
                    case "${at:+$at }${COMP_WORDS[i]}" in

            """);

        script.Append($"            {Alternatives(commands.Where(command => command.Words != "").Select(command => command.Words))}) at=\"${{at:+$at }}${{COMP_WORDS[i]}}\" ;;\n");
        script.Append("        esac\n    done\n    COMPREPLY=()\n    case \"$at $prev\" in\n");

        foreach (var (command, option) in commands.SelectMany(command => command.Options.Where(option => !option.IsFlag).Select(option => (command, option))))
        {
            var offer = option.Values.Length > 0
                ? $"COMPREPLY=($(compgen -W '{string.Join(' ', option.Values)}' -- \"$cur\")){(option.Values.All(value => value.EndsWith('=')) ? "; compopt -o nospace 2>/dev/null" : "")}; return"
                : "return";
            script.Append($"        '{command.Words} {option.Name}') {offer} ;;\n");
        }

        script.Append("    esac\n    case \"$at\" in\n");

        foreach (var command in commands)
            script.Append($"        '{command.Words}') words='{string.Join(' ', [.. command.Names.Select(name => name.Name), .. command.Options.Select(option => option.Name)])}' ;;\n");

        return script.Append("    esac\n    COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n}\ncomplete -o default -F _ntk ntk\n").ToString();
    }

    private static string Alternatives(IEnumerable<string> words) => string.Join('|', words.Select(word => $"'{word}'"));

    private static string PowerShell(CompletedCommand[] commands)
    {
        var script = new StringBuilder("Register-ArgumentCompleter -Native -CommandName ntk -ScriptBlock {\n    param($word, $line, $cursor)\n    $names = @{\n");

        foreach (var command in commands)
            script.Append($"        '{command.Words}' = '{string.Join(' ', [.. command.Names.Select(name => name.Name), .. command.Options.Select(option => option.Name)])}'\n");

        script.Append("    }\n    $values = @{\n");

        foreach (var (command, option) in commands.SelectMany(command => command.Options.Where(option => !option.IsFlag).Select(option => (command, option))))
            script.Append($"        '{command.Words} {option.Name}' = '{string.Join(' ', option.Values)}'\n");

        return script.Append(
            """
                }
                $said = @($line.CommandElements | Select-Object -Skip 1 | Where-Object { $_.Extent.EndOffset -lt $cursor } | ForEach-Object { $_.ToString() })
                $at = ''
                foreach ($one in $said) { $next = "$at $one".Trim(); if ($names.ContainsKey($next)) { $at = $next } }
                $last = if ($said.Count -gt 0) { $said[-1] } else { '' }
                $offered = if ($values.ContainsKey("$at $last")) { $values["$at $last"] } else { $names[$at] }
                $offered -split ' ' | Where-Object { $_ -and $_ -like "$word*" } | ForEach-Object { [System.Management.Automation.CompletionResult]::new($_) }
            }

            """).ToString();
    }
}
