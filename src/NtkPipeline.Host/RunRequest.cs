using Microsoft.FSharp.Core;
using NtkPipeline.Core;
using NtkPipeline.Runtime;

namespace NtkPipeline.Host;

/// <summary>
/// What a run is asked for, as text: the tweets, the settings as they were written, and the store. Another process that opens the same
/// request, on a machine that sees the same folders, walks the same pipeline.
/// </summary>
/// <param name="Data">The folder of tweets; none for the usual one.</param>
/// <param name="SettingsFile">The name of the settings file, for refusals.</param>
/// <param name="SettingsText">What stands in it.</param>
/// <param name="Assignments">What the command line sets, `key=value`.</param>
/// <param name="Store">The folder of cached results.</param>
internal sealed record RunRequest(string? Data, string? SettingsFile, string? SettingsText, string[] Assignments, string Store)
{
    /// <summary>The merged settings, every mistake at once.</summary>
    public FSharpResult<Config, Failure> Config() =>
        ConfigModule.read(SettingsFile, SettingsText, Assignments).OrUsage();

    /// <summary>Everything a run needs.</summary>
    /// <param name="results">The folder that results are written into; none for the usual one.</param>
    public FSharpResult<Session, Failure> Open(Terminal terminal, string? results) =>
        from config in Config()
        let models = Encoders.Ahead(config, new Models(terminal))
        from data in Home.Data(Data, config)
        from store in StoreModule.openAt(Store).OrRefused()
        from sources in Sources.Read(data, config, models, store).OrRefused()
        select new Session(this, config, data, store, sources, results ?? Home.Results(data.Name));
}
