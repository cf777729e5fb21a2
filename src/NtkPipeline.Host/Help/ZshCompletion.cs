using System.Text;

namespace NtkPipeline.Host.Help;

/// <summary>What zsh is to run: a function of its own completion system, so that each name stands beside its one line, and a setting is
/// followed by no blank.</summary>
internal static class ZshCompletion
{
    public static string Script(CompletedCommand[] commands)
    {
        var script = new StringBuilder(
            """
            (( $+functions[compdef] )) || { autoload -U compinit && compinit }
            _ntk() {
                local cur=${words[CURRENT]} prev=${words[CURRENT-1]} at="" i
                local -a names options
                for ((i = 2; i < CURRENT; i++)); do
                    case "${at:+$at }${words[i]}" in

            """);

        script.Append($"            {string.Join('|', commands.Where(command => command.Words != "").Select(command => $"'{command.Words}'"))}) at=\"${{at:+$at }}${{words[i]}}\" ;;\n");
        script.Append("        esac\n    done\n    case \"$at $prev\" in\n");

        foreach (var command in commands)
            foreach (var option in command.Options.Where(option => !option.IsFlag))
                script.Append($"        '{command.Words} {option.Name}') {Offer(option)}return ;;\n");

        script.Append("    esac\n    case \"$at\" in\n");

        foreach (var command in commands)
        {
            script.Append($"        '{command.Words}')\n            names=({Listed(command.Names)})\n");
            script.Append($"            options=({Listed(command.Options.Select(option => (option.Name, option.About)))}) ;;\n");
        }

        return script.Append(
            """
                esac
                if [[ $cur != -* ]] && (( $#names )); then
                    _describe name names
                else
                    _describe -o option options
                fi
            }
            compdef _ntk ntk

            """).ToString();
    }

    /// <summary>What one option takes: its few values, a name of a file, or what nobody can know.</summary>
    private static string Offer(CompletedOption option) => option.Values switch
    {
        [] => option.IsPath ? "_files; " : "",
        var values when values.All(value => value.EndsWith('=')) => $"compadd -S '' -- {string.Join(' ', values)}; ",
        var values => $"compadd -- {string.Join(' ', values.Select(value => $"'{value}'"))}; ",
    };

    private static string Listed(IEnumerable<(string Name, string About)> names) =>
        string.Join(' ', names.Select(named => named.About == "" ? $"'{named.Name}'" : $"'{named.Name}:{named.About}'"));
}
